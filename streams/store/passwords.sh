#!/bin/sh
# Gives the roles of roles.sql their passwords, of letters and digits, which stand in the environment as
# CONTACTPOINT_POSTGRES_<ROLE>_PASSWORD. An administrator of Postgres runs it, as psql's own variables (PGHOST, PGUSER, …) say.
set -e
for role in init registrar relay projector api; do
    name=CONTACTPOINT_POSTGRES_$(echo "$role" | tr a-z A-Z)_PASSWORD
    eval "password=\${$name:?is not set}"
    # By standard input, so that no other process sees it among the arguments.
    psql --no-psqlrc --quiet --set ON_ERROR_STOP=1 \
        --username "${POSTGRES_USER:-${PGUSER:-postgres}}" --dbname "${POSTGRES_DB:-${PGDATABASE:-contactpoint}}" <<SQL
\set secret '$password'
alter role contactpoint_$role password :'secret';
SQL
done
