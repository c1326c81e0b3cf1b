"""What holds for a child on a day, and which reports list it."""
