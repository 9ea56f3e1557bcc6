# syntax=docker/dockerfile:1
ARG NODE=node:20-bookworm-slim

FROM ${NODE} AS build
WORKDIR /skald
COPY package.json package-lock.json ./
# The server alone: the SDK and the examples are workspaces of their own.
RUN --mount=type=cache,target=/npm npm ci --workspaces=false --cache /npm --no-audit --no-fund
COPY nest-cli.json tsconfig.json tsconfig.build.json ./
COPY src src
RUN npm run build && npm prune --workspaces=false --omit=dev --no-audit --no-fund

FROM ${NODE}
LABEL org.opencontainers.image.title="Skald" \
      org.opencontainers.image.description="Saga orchestration server" \
      org.opencontainers.image.licenses="Apache-2.0"
ENV NODE_ENV=production SKALD_DATA_DIR=/data
WORKDIR /skald
COPY --from=build /skald/node_modules node_modules
COPY --from=build /skald/dist dist
COPY package.json LICENSE ./
COPY migrations migrations
RUN mkdir /data && chown node:node /data
USER node
# Only for the embedded Postgres, that is when DATABASE_URL is not set.
VOLUME /data
EXPOSE 8080
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=10s --timeout=3s --start-period=30s \
  CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.PORT ?? 8080}/health/live`).then(({ ok }) => process.exit(ok ? 0 : 1), () => process.exit(1))"]
CMD ["node", "dist/main.js"]
