"""Files with readings: loggers' and vendor clouds' exports, hand-read meters and odometers."""
