"""What the browser gets of the page that shows the calls."""
