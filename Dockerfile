# The grader in a container: docker build -t grader . ; docs/install.md says how to run it, and with which limits.
FROM python:3.12-slim-bookworm

# bubblewrap and libseccomp2 hold student code; libgl1 and libglib2.0-0 are what OpenCV links to.
RUN apt-get update \
    && apt-get install -y --no-install-recommends bubblewrap libgl1 libglib2.0-0 libseccomp2 make \
    && rm -rf /var/lib/apt/lists/*

WORKDIR /grader
ENV PIP_NO_CACHE_DIR=1 PYTHONDONTWRITEBYTECODE=1

# PyTorch's build for CPUs; --build-arg TORCH_INDEX= takes the one of the lock, which needs a GPU's driver.
ARG TORCH_INDEX=https://download.pytorch.org/whl/cpu
COPY Makefile pyproject.toml ./
COPY lock lock
COPY tools/install.py tools/install.py
RUN TORCH_INDEX="$TORCH_INDEX" make .venv/installed

COPY . .
RUN touch .venv/installed

ENTRYPOINT ["/grader/bin/grader"]
CMD ["--help"]
