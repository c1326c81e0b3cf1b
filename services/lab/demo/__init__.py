"""The demonstration: a fictional county's feeds, and the story of one girl who was on no list."""
