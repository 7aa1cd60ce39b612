# The application image: hash-locked dependencies, an ordinary user, data in /data.
FROM python:3.11-slim

ENV PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    PIP_NO_CACHE_DIR=1 \
    PIP_DISABLE_PIP_VERSION_CHECK=1

WORKDIR /app
# The lock first: a change of the program does not install its dependencies again.
COPY requirements.lock ./
RUN pip install --require-hashes -r requirements.lock

COPY pyproject.toml README.md LICENSE ./
COPY graph graph
COPY ingest ingest
COPY queries queries
COPY viz viz
COPY api api
RUN pip install --no-deps --no-build-isolation . \
    && useradd --system --uid 10001 --no-create-home suyuan \
    && install -d -o suyuan /data

USER suyuan
WORKDIR /data
VOLUME /data
ENV SUYUAN_STORE=sqlite:////data/suyuan.db
# `serve` listens on the loopback address, port 8321: run the container with the host's network (docker-compose.yml).
# `init` creates or upgrades the store; done again it changes nothing.
CMD ["sh", "-c", "suyuan init && exec suyuan serve"]
