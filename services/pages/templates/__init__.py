"""What the pages look like: HTML and SVG as Jinja templates, in which every value is escaped."""
