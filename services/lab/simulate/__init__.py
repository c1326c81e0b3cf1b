"""A fictional county: the feeds of its agencies and the truth behind them.

Nobody in it is real. `population` makes children one by one from a seed: families with siblings, twins and strangers
who share a name and birthday, homes in two authorities, schools by the English school year, and needs of additional
services that half of all children have at some time and about 30 % at any one time. Nineteen agencies open records of
each child (`universal`, `schooling`, `additional`), one in ten with one small mistake (`mistakes`; with more noise
more, and worse ones), and what has not happened by the last day of the feeds is left out (`ends`). `submissions`
turns a record into what the agency sends, `handing_in` decides when or whether it is sent, `truth` is what is true, and
`feeds` writes both as files, or all submissions as one stream, in memory that does not grow with the population.
`tally` counts meanwhile, and `realised` puts what it came to beside what was aimed at. The rates are named values
beside the code that uses them. Nothing here is taken from the product's own rules: the truth must not be judged by
what it is to judge.
"""
