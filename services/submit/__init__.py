"""Sending files of submissions: `files.py` reads them line by line, `table.py` turns CSV rows into submissions and
knows by `spreadsheet.py` what has damaged one, `route.py` finds the topic of a line, `sender.py` publishes,
`waiting.py` waits until all is answered. Files of agencies' own systems are read in `services/feeds/`.
"""
