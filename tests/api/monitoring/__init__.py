"""What is reported of looks and to whom: access reports, notices, investigations, subject access, corrections."""
