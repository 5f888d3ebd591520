# dmpworks for use at home:
#   docker build -t dmpworks .
#   docker run --rm -v "$PWD:/work" dmpworks run --out-dir out …
# The folder of the call is /work; files belong to you with --user "$(id -u)".
# The jobs of AWS Batch have their own image: Dockerfile.aws.
ARG BASE=debian:bookworm-slim

FROM ${BASE} AS build
ENV DEBIAN_FRONTEND=noninteractive
WORKDIR /src
COPY tools/setup tools/setup-aws tools/
COPY third_party third_party
RUN tools/setup --build-only
COPY . .
# Any x86-64 machine of the last ten years.
ARG CPU_LEVEL=x86-64-v3
RUN cmake --preset release -D DMPWORKS_MARCH=${CPU_LEVEL} \
 && cmake --build build/release --target dmpworks \
 && strip build/release/dmpworks build/release/libduckdb.so

FROM ${BASE}
RUN apt-get update -qq \
 && DEBIAN_FRONTEND=noninteractive apt-get install -qq -y --no-install-recommends \
    ca-certificates libarchive13 libcurl4 libfmt9 libicu72 libisal2 libspdlog1.10 \
    libmimalloc2.0 libsqlite3-0 libssl3 libstdc++6 libxxhash0 libyaml-cpp0.7 libzstd1 zlib1g \
 && rm -rf /var/lib/apt/lists/*
COPY --from=build /src/build/release/dmpworks /src/build/release/libduckdb.so /opt/dmpworks/
RUN ln -s /opt/dmpworks/dmpworks /usr/local/bin/dmpworks && install -d -m 1777 /work
ENV TZ=UTC
WORKDIR /work
ENTRYPOINT ["dmpworks"]
CMD ["--help"]
