"""The policies that come along, one file each."""
