"""Reports: who is on which list from when until when, derived from chronologies whenever one of them changes."""
