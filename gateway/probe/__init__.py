"""What a technician on site wants to know: who answers, what it says, what looks implausible."""
