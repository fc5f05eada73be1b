namespace LbCore.Server.Commands;

/// <summary>The configuration that <c>lbcore init</c> writes. Each line that is commented out holds when its slashes are taken away.</summary>
internal static class StarterFile
{
    public const string Text =
        """
        // LbCore: what to listen on, and where to send it.
        //
        //   lbcore check -c FILE         every mistake, with its line and column
        //   lbcore run -c FILE           serves; kill -HUP reads this file again without losing a request
        //   lbcore check --effective     what is in force, every default included
        //
        // Comments and trailing commas are fine. In texts ${NAME} and ${NAME:-default} are variables of the environment.
        // Durations are "500ms", "5s", "2m"; sizes "32KiB". Every key: docs/configuration.md.
        {
          // For completion in editors: lbcore schema > lbcore.schema.json
          // "$schema": "./lbcore.schema.json",

          "listeners": {
            // The name is yours. It stands in the log.
            "web": {
              // *:8080 for every address of this machine, [::1]:8080, or unix:/run/lbcore.sock
              "address": "127.0.0.1:8080",

              // Who serves what no route takes.
              "cluster": "app",

              // Requests by host and path. The first that matches counts.
              // "routes": [ { "hosts": ["api.example.com", "*.api.example.com"], "pathPrefix": "/v1", "cluster": "app" } ],

              // How long a head, the next piece of a body, and the next request may take.
              // "timeouts": { "head": "10s", "body": "30s", "keepAlive": "1m" },

              // "limits": { "headBytes": "32KiB", "headers": 100 },
              // "maxConnections": 10000,
            },

            // Connections with their bytes as they are, for databases and the like.
            // "db": { "address": "127.0.0.1:6432", "mode": "tcp", "cluster": "db", "timeouts": { "idle": "10m" } },
          },

          "clusters": {
            // Servers that are interchangeable.
            "app": {
              "backends": {
                "a": "127.0.0.1:9001",
                "b": { "address": "127.0.0.1:9002", "weight": 1 },
                // "c": { "address": "app3.internal:9003", "weight": 2, "maxConnections": 500 },
              },

              // "strategy": "round-robin",

              // How long connecting may take, and the wait for a response's head.
              // "timeouts": { "connect": "2s", "response": "1m" },

              // How many other backends are tried when one does not answer.
              // "retries": { "max": 3 },
            },

            // "db": { "backends": { "one": "127.0.0.1:5432" } },
          },

          // One per processor, unless it is said here.
          // "loops": 2,

          // How long a stop waits for what runs.
          // "shutdownTimeout": "30s",
        }

        """;
}
