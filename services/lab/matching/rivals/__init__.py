"""What others make of the FEBRL records, to stand beside our figures in `contactpoint bench`."""
