"""Sending files of submissions: `files.py` reads them line by line, `table.py` turns CSV rows into submissions and
knows by `spreadsheet.py` what has damaged one, `route.py` says which topic a line belongs to, `sender.py` publishes,
`waiting.py` waits until all is answered. Files of agencies' own systems are read in `services/feeds/`.
"""
