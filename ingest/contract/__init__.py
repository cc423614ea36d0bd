"""What a message is: the wire, its words, and the arithmetic of its accounts."""
