# Three stages: the page is built with Node, the wheel with Python; the image that runs has neither
# Node nor sources, only the installed wheel.
ARG NODE_VERSION=20
ARG PYTHON_VERSION=3.11

FROM node:${NODE_VERSION}-slim AS page
WORKDIR /gradtape
COPY frontend/package.json frontend/package-lock.json frontend/
RUN npm --prefix frontend ci --no-audit --no-fund --loglevel=error
COPY frontend/ frontend/
RUN npm --prefix frontend run build

FROM python:${PYTHON_VERSION}-slim AS wheel
WORKDIR /gradtape
RUN python -m venv .venv
COPY constraints.txt ./
RUN .venv/bin/python -m pip install --quiet --disable-pip-version-check -c constraints.txt build hatchling
COPY pyproject.toml README.md LICENSE ./
COPY backend/ backend/
COPY --from=page /gradtape/backend/gradtape/page/ backend/gradtape/page/
RUN .venv/bin/python -m build --wheel --no-isolation

FROM python:${PYTHON_VERSION}-slim
# On Linux, PyPI's torch carries CUDA. For a smaller image without it, name the index of CPU wheels:
# docker build --build-arg PIP_EXTRA_INDEX_URL=...
ARG PIP_EXTRA_INDEX_URL=
# Graphviz draws the autograd graph as SVG, PNG and PDF.
RUN apt-get update && apt-get install --yes --no-install-recommends graphviz && rm -rf /var/lib/apt/lists/*
RUN useradd --create-home --uid 10001 gradtape && install -d -o gradtape -g gradtape /data
WORKDIR /gradtape
COPY constraints.txt ./
COPY --from=wheel /gradtape/dist/ dist/
RUN python -m pip install --quiet --disable-pip-version-check --no-cache-dir -c constraints.txt dist/*.whl \
    && rm -r dist
USER gradtape
ENV GRADTAPE_DATA=/data
VOLUME /data
EXPOSE 8000
HEALTHCHECK --interval=30s --timeout=5s --start-period=30s --retries=3 \
    CMD ["python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8000/api/v1/health', timeout=4).read()"]
# Every address inside the container; the outside decides what it publishes (docker-compose.yml: loopback).
CMD ["gradtape", "serve", "--host", "0.0.0.0", "--port", "8000"]
