# syntax=docker/dockerfile:1
# The executable `fleet` in an image without a shell or a package manager; it runs as the user `app`.
# Base images are pinned by digest, so that a build tomorrow is the one of today; Dependabot proposes newer ones.
# What a tag is now: docker buildx imagetools inspect mcr.microsoft.com/dotnet/sdk:10.0-noble
FROM --platform=$BUILDPLATFORM mcr.microsoft.com/dotnet/sdk:10.0.401-noble@sha256:e70cdb7f80b0348f5cb85f19a8f670fca061f033d57eed12fa003d58b0e06317 AS build
ARG TARGETARCH
ENV DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1
WORKDIR /source

COPY global.json Directory.Build.props Directory.Packages.props BannedSymbols.txt .editorconfig ./
COPY src/ src/
# Packages are kept between builds.
RUN --mount=type=cache,target=/root/.nuget/packages \
    dotnet publish src/WorkerFleet.Cli --configuration Release --arch $TARGETARCH --self-contained false \
      -p:ForThisRuntime=true --output /app \
  && mkdir /data

FROM mcr.microsoft.com/dotnet/aspnet:10.0.12-noble-chiseled@sha256:48e51f2f6798897be7ac4e775c049ed8fe60d3190f637e1f9c9dc7513efa659c
COPY --from=build /app /app
# A volume that is mounted here takes over the owner.
COPY --from=build --chown=$APP_UID:$APP_UID /data /data
ENV FLEET__DATA=/data \
    FLEET__HEALTH__PORT=8080 \
    FLEET__HEALTH__HOST=* \
    FLEET__LOGGING__FORMAT=json
# It runs read-only: beside /data, nothing is written but temporary files, which need a tmpfs at /tmp; the runtime's sockets for
# debuggers would be there, too.
ENV DOTNET_EnableDiagnostics=0
USER $APP_UID
WORKDIR /data
VOLUME /data
EXPOSE 8080
# Of `orchestrator`, `worker`, `api` and `up`. Readiness, which comes and goes with the broker, is at /health/ready.
HEALTHCHECK --interval=15s --timeout=10s --start-period=30s --retries=4 CMD ["/app/fleet", "health", "live"]
ENTRYPOINT ["/app/fleet"]
