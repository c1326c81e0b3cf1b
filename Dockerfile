# One image for every role: docker run contactpoint run registrar
ARG PYTHON_IMAGE=python:3.11-slim-bookworm
FROM ${PYTHON_IMAGE}

RUN useradd --create-home --uid 10001 contactpoint \
    && install --directory --owner contactpoint --mode 0700 /var/lib/contactpoint/keys /var/lib/contactpoint/publication /var/lib/contactpoint/checkpoint

WORKDIR /src
COPY requirements/release.txt requirements/
RUN pip install --no-cache-dir --require-hashes -r requirements/release.txt
COPY pyproject.toml README.md LICENSE ./
COPY domain domain
COPY projections projections
COPY streams streams
COPY services services
RUN pip install --no-cache-dir --no-deps --no-build-isolation . && rm -rf /src/build

USER contactpoint
WORKDIR /home/contactpoint
ENV PYTHONUNBUFFERED=1
ENTRYPOINT ["contactpoint"]
CMD ["--help"]
