"""From faults to alarms: one for one cause, with a lifecycle that people take part in."""
