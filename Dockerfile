# Holdall in one image: `setup`, `web`, `worker`, `beat` or `serve`, as the arguments say.
FROM python:3.11-slim-bookworm AS build
COPY requirements.lock /build/
RUN python -m venv /venv \
    && /venv/bin/python -m pip install --no-cache-dir --disable-pip-version-check --require-hashes --no-deps \
        -r /build/requirements.lock
COPY manage.py LICENSE /app/
COPY config /app/config
COPY objects_app /app/objects_app
COPY static /app/static
COPY templates /app/templates
RUN /venv/bin/python -m compileall -q /app

FROM python:3.11-slim-bookworm
LABEL org.opencontainers.image.title="Holdall" \
    org.opencontainers.image.description="Self-hosted storage that speaks the Objects API" \
    org.opencontainers.image.licenses="Apache-2.0"
RUN groupadd --gid 10001 holdall \
    && useradd --uid 10001 --gid 10001 --no-create-home --home-dir /data --shell /usr/sbin/nologin holdall \
    && install --directory --owner 10001 --group 10001 --mode 0700 /data
COPY --from=build /venv /venv
COPY --from=build /app /app
# Nothing but /data is written, so the root file system may be read-only.
ENV PATH=/venv/bin:$PATH \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    ADDRESS=0.0.0.0:8000 \
    DATA_DIR=/data
WORKDIR /app
USER 10001:10001
VOLUME /data
EXPOSE 8000
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=10s --timeout=5s --start-period=30s --retries=3 \
    CMD ["python", "-c", "import http.client, sys; c = http.client.HTTPConnection('127.0.0.1', 8000, timeout=3); c.request('GET', '/healthz'); sys.exit(c.getresponse().status != 200)"]
ENTRYPOINT ["python", "manage.py"]
CMD ["serve"]
