"""What others make of the same records, to stand beside our figures in `contactpoint bench`."""
