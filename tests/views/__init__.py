"""The read side: rows that follow from events, what each view's queries find, and messages that no view takes."""
