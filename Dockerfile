# One image for every role: docker run contactpoint run registrar
FROM python:3.11-slim-bookworm

RUN useradd --create-home --uid 10001 contactpoint \
    && install --directory --owner contactpoint --mode 0700 /var/lib/contactpoint/keys /var/lib/contactpoint/publication

WORKDIR /src
COPY pyproject.toml README.md LICENSE ./
COPY domain domain
COPY projections projections
COPY streams streams
COPY services services
RUN pip install --no-cache-dir . && rm -rf /src/build

USER contactpoint
WORKDIR /home/contactpoint
ENV PYTHONUNBUFFERED=1
ENTRYPOINT ["contactpoint"]
CMD ["--help"]
