#!/bin/sh
# Writes into .env what compose.yaml asks for and nobody needs to choose: a random password for each user of Postgres and Kafka.
# With --try also what the profile `try` needs. What is there stays; the file is readable to you alone.
#   sh deploy/env.sh          # for real: you add CONTACTPOINT_ISSUER and CONTACTPOINT_KAFKA_TLS
#   sh deploy/env.sh --try    # to try it with fictional people
# The two never share a file: for trying, a password alone is a second factor, and users of every role are made up.
set -eu
file=.env
case "${1-}" in
    "" | --try) ;;
    *) echo "deploy/env.sh takes --try or nothing" >&2; exit 2 ;;
esac
trial=https://issuer.localhost:8443/realms/contactpoint
refuse() { echo "$1" >&2; exit 1; }
# Whether every issuer that the file names is the trial's, and there is one.
is_trial() { grep -q CONTACTPOINT_ISSUER= "$file" && ! grep CONTACTPOINT_ISSUER= "$file" | grep -qvxF "CONTACTPOINT_ISSUER=$trial"; }
if [ "${1-}" = --try ]; then
    if [ -s "$file" ] && ! is_trial; then
        refuse "$file is not that of a trial: its CONTACTPOINT_ISSUER is not $trial. Try it in a folder of its own, or without that file"
    fi
elif grep -qs -e CONTACTPOINT_TRY_ -e issuer.localhost "$file"; then
    refuse "$file is that of a trial, where a password alone is a second factor: for real, begin without it"
fi
umask 077
touch "$file"
chmod 600 "$file"

# Letters and digits, for some of these stand between quotes in a setting of Kafka's.
secret() { od -An -N24 -tx1 /dev/urandom | tr -d ' \n'; }
put() { grep -q "^$1=" "$file" || printf '%s=%s\n' "$1" "$2" >> "$file"; }

# First, so that a trial that was interrupted is known for one.
[ "${1-}" != --try ] || put CONTACTPOINT_ISSUER "$trial"
put POSTGRES_PASSWORD "$(secret)"
for role in INIT REGISTRAR RELAY PROJECTOR API; do put "CONTACTPOINT_POSTGRES_${role}_PASSWORD" "$(secret)"; done
for user in BROKER ADMIN REGISTRAR RELAY PROJECTOR API; do put "CONTACTPOINT_KAFKA_${user}_PASSWORD" "$(secret)"; done

if [ "${1-}" = --try ]; then
    mkdir -p tls
    put CONTACTPOINT_KAFKA_TLS ./tls
    put CONTACTPOINT_ISSUER_CA /etc/contactpoint/kafka-ca.pem
    # Keycloak says 1 of whoever has just signed in, and 0 of whoever still is. The API takes these with the trial's issuer alone.
    put CONTACTPOINT_ACR "0 1"
    put CONTACTPOINT_PAGES_URL http://127.0.0.1:8080
    put CONTACTPOINT_CLIENT_ID contactpoint-pages
    put CONTACTPOINT_CLIENT_SECRET "$(secret)"
    put CONTACTPOINT_TRY_ADMIN_PASSWORD "$(secret)"
    put CONTACTPOINT_TRY_USER_PASSWORD "$(secret)"
    put CONTACTPOINT_TRY_AGENCY_SECRET "$(secret)"
else
    for name in CONTACTPOINT_ISSUER CONTACTPOINT_KAFKA_TLS; do
        grep -q "^$name=" "$file" || echo "still to be added to $file: $name (docs/operations.md)"
    done
fi
