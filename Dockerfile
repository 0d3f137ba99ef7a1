# Three stages: what fetches and builds stays behind. No root, a read-only root file system, one volume: /data.
FROM node:22-slim AS renderer
COPY deploy/renderer.sh ./
RUN sh renderer.sh /renderer

FROM python:3.11-slim AS build
WORKDIR /source
RUN python -m venv /opt/shipbell
COPY constraints.txt pyproject.toml README.md ./
COPY app ./app
COPY --from=renderer /renderer ./app/cards/preview/renderer
RUN /opt/shipbell/bin/python -m pip install --no-cache-dir --disable-pip-version-check --constraint constraints.txt '.[aws]'

FROM python:3.11-slim
RUN useradd --uid 10001 --user-group --no-create-home --home-dir /nonexistent --shell /usr/sbin/nologin shipbell \
    && install --directory --mode 0700 --owner 10001 --group 10001 /data
COPY --from=build /opt/shipbell /opt/shipbell
COPY rules /app/rules
# The default database, sqlite:///shipbell.db, lies in the working folder: it is not named here, so that its _FILE twin
# may be used instead. The address is not a loopback one, so the service starts only with SHIPBELL_API_TOKENS.
WORKDIR /data
ENV PATH=/opt/shipbell/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    SHIPBELL_HOST=0.0.0.0 \
    SHIPBELL_PORT=8000 \
    SHIPBELL_RULES_DIR=/app/rules \
    SHIPBELL_LOG_FORMAT=json
USER 10001:10001
VOLUME /data
EXPOSE 8000
# The service drains: it answers what it has taken and gives back what it has claimed.
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=10s --timeout=3s --start-period=10s --retries=3 \
    CMD ["python", "-c", "import http.client, os, sys; c = http.client.HTTPConnection('127.0.0.1', int(os.environ['SHIPBELL_PORT']), timeout=2); c.request('GET', '/healthz'); sys.exit(c.getresponse().status != 200)"]
ENTRYPOINT ["shipbell"]
CMD ["serve"]
