"""How well the matcher knows children, and settings that would make it know them better.

`corpus.py` is what it is judged on: records of which it is known who is who, read from a folder of feeds
(`feed_folder.py`), made up (`simulated.py`, `corrupted.py`, `city.py`, `historical.py`), or public (`febrl.py`).
`trial.py` runs the matcher over one in memory, `metrics.py` judges it, `curve.py` and `picture.py` show what another
threshold would do; `evaluation.py` puts it together.

`pairs.py`, `expectation.py`, `estimation.py` and `common_names.py` learn from records without looking at who is who,
`rehearsal.py` tries settings on them, and `thresholds.py` chooses from the estimated error; `training.py` puts that
together. `settings_text.py` writes a version of the settings, and `changes.py` tells two apart; `replay/` re-matches
the whole history under another one.
`rivals/` does the same work with other tools, for `contactpoint bench`.
"""
