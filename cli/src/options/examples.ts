/** Two examples for each command, for its help. */
export const EXAMPLES: Record<string, readonly [string, string]> = {
  demo: ["konnect-audit demo", "konnect-audit demo --verbose"],
  setup: [
    "SIEM_TOKEN='Bearer s3cret' konnect-audit setup --region eu --endpoint https://siem.example.com/konnect",
    "konnect-audit setup --region us,eu --endpoint https://siem.example.com/konnect --dry-run",
  ],
  doctor: ["konnect-audit doctor --region eu", "konnect-audit doctor --region us,eu --json"],
  teardown: ["konnect-audit teardown --region eu", "konnect-audit teardown --region us,eu --name SIEM"],
  listen: [
    "SIEM_TOKEN='Bearer s3cret' konnect-audit listen --region eu --folder /var/lib/audit --keep 90d --compress",
    "konnect-audit listen --host 0.0.0.0 --port 8443 --cert tls.crt --key tls.key --siem-token-file token --health 9090",
  ],
  pull: [
    "konnect-audit pull --region eu --since 24h --denied",
    "konnect-audit pull --region us,eu --folder /var/lib/audit --follow --health 9090",
  ],
  tail: ["konnect-audit tail --region eu", "konnect-audit tail --region us,eu --signal field_injection"],
  recover: [
    "konnect-audit recover --region eu --since 2026-11-30T08:00:00Z --until 2026-11-30T12:00:00Z",
    "konnect-audit recover --region eu --since 3d --pull --out gap.jsonl",
  ],
  verify: [
    "konnect-audit verify --region eu /var/lib/audit",
    "konnect-audit verify --keys keys.json audit.log.gz --json",
  ],
  parse: [
    "konnect-audit parse audit.log --denied --since 24h",
    "gzip -dc audit.log.gz | konnect-audit parse - --output csv > audit.csv",
  ],
  forward: [
    "konnect-audit forward /var/lib/audit --follow --to splunk --url https://splunk.example.com:8088 --credential-file hec",
    "konnect-audit forward --test --to syslog --url tls://siem.example.com:6514 --ca ca.pem",
  ],
  sign: [
    "konnect-audit sign --count 100 --jwks keys.json > audit.log",
    "konnect-audit sign --rate 5 --seed 7 | konnect-audit parse -",
  ],
  simulate: ["konnect-audit simulate --rate 5", "konnect-audit simulate --port 0 --count 100 --seed 7"],
  completion: [
    "konnect-audit completion bash >> ~/.bashrc",
    "konnect-audit completion fish > ~/.config/fish/completions/konnect-audit.fish",
  ],
};

/** The commands in groups, in the order in which they are listed. */
export const GROUPS: Record<string, readonly string[]> = {
  "Start:": ["demo", "setup", "doctor", "teardown"],
  "Get records:": ["listen", "pull", "tail", "recover"],
  "Work with them:": ["parse", "verify", "forward"],
  "Test:": ["sign", "simulate"],
  "Help:": ["completion", "help"],
};
