"""What keeps one client from taking all there is."""
