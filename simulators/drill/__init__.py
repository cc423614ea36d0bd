"""The outage drill: real processes under load, one fault after the other, nothing lost."""
