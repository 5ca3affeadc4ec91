/** Files of the Linux disks. */
import { Tree } from "./tree.ts";

interface LinuxHost {
  readonly disk: string;
  readonly host: string;
  readonly address: string;
  readonly packages: readonly string[];
  /** Size of the kernel, libraries and logs; 1 is a full system. */
  readonly scale: number;
}

const basePackages: readonly (readonly [name: string, version: string, section: string, kib: number])[] = [
  ["base-files", "13ubuntu10.3", "admin", 394],
  ["bash", "5.2.21-2ubuntu4", "shells", 1964],
  ["ca-certificates", "20240203", "misc", 382],
  ["coreutils", "9.4-3ubuntu6.1", "utils", 7452],
  ["cloud-init", "25.2-0ubuntu1~24.04.1", "admin", 3250],
  ["dpkg", "1.22.6ubuntu6.5", "admin", 6512],
  ["gcc-14-base", "14.2.0-4ubuntu2~24.04", "libs", 280],
  ["libc6", "2.39-0ubuntu8.6", "libs", 13591],
  ["libssl3t64", "3.0.13-0ubuntu3.6", "libs", 6490],
  ["linux-image-azure", "6.14.0-1017.17~24.04.1", "kernel", 17],
  ["openssh-server", "1:9.6p1-3ubuntu13.14", "net", 2133],
  ["perl-base", "5.38.2-3.2ubuntu0.2", "perl", 7822],
  ["python3.12", "3.12.3-1ubuntu0.8", "python", 614],
  ["rsyslog", "8.2312.0-3ubuntu9.1", "admin", 1733],
  ["sudo", "1.9.15p5-3ubuntu5.24.04.1", "admin", 2810],
  ["systemd", "255.4-1ubuntu8.11", "admin", 11892],
  ["tzdata", "2025b-0ubuntu0.24.04.1", "localization", 3389],
  ["ubuntu-minimal", "1.539.2", "metapackages", 51],
  ["walinuxagent", "2.14.0.1-0ubuntu1~24.04.1", "admin", 2190],
  ["zlib1g", "1:1.3.dfsg-3.1ubuntu2.1", "libs", 168],
];

const extraPackages: Readonly<Record<string, readonly [version: string, section: string, kib: number]>> = {
  nginx: ["1.24.0-2ubuntu7.5", "httpd", 1624],
  nodejs: ["18.19.1+dfsg-6ubuntu5", "javascript", 41_210],
  "postgresql-16": ["16.10-0ubuntu0.24.04.1", "database", 44_720],
  "redis-server": ["5:7.0.15-1ubuntu0.24.04.1", "database", 263],
  openmpi: ["4.1.6-7ubuntu2", "net", 8650],
  "python3-pandas": ["2.1.4+dfsg-7", "python", 33_480],
  "docker.io": ["27.5.1-0ubuntu3~24.04.2", "admin", 112_300],
};

function dpkgStatus(extra: readonly string[]): string {
  const wanted = extra.flatMap((name) => {
    const facts = extraPackages[name];
    return facts ? [[name, ...facts] as const] : [];
  });
  return [...basePackages, ...wanted]
    .map(([name, version, section, kib]) =>
      [
        `Package: ${name}`,
        "Status: install ok installed",
        `Priority: ${section === "admin" ? "important" : "optional"}`,
        `Section: ${section}`,
        `Installed-Size: ${kib}`,
        "Maintainer: Ubuntu Developers <ubuntu-devel-discuss@lists.ubuntu.com>",
        "Architecture: amd64",
        `Version: ${version}`,
        `Description: ${name} of the demo fleet`,
        " A package entry as dpkg keeps it; the fleet's machines are never booted.",
      ].join("\n"),
    )
    .join("\n\n")
    .concat("\n");
}

function addConfiguration(tree: Tree, { host, address, packages }: LinuxHost): void {
  const release =
    'PRETTY_NAME="Ubuntu 24.04.3 LTS"\nNAME="Ubuntu"\nVERSION_ID="24.04"\nID=ubuntu\nID_LIKE=debian\n';
  tree.file("usr/lib/os-release", release);
  tree.link("etc/os-release", "../usr/lib/os-release");
  for (const top of ["bin", "sbin", "lib"]) tree.link(top, `usr/${top}`);
  tree.file("etc/hostname", `${host}\n`);
  tree.file("etc/hosts", `127.0.0.1 localhost\n${address} ${host}.internal.contoso.example ${host}\n`);
  tree.file("etc/fstab", "LABEL=cloudimg-rootfs / ext4 discard,commit=30,errors=remount-ro 0 1\n");
  tree.file(
    "etc/passwd",
    "root:x:0:0:root:/root:/bin/bash\nazureuser:x:1000:1000:Ubuntu:/home/azureuser:/bin/bash\n",
  );
  tree.file("etc/shadow", "root:*:20400:0:99999:7:::\nazureuser:!:20400:0:99999:7:::\n", 0o640);
  tree.file(
    "etc/ssh/sshd_config",
    "PermitRootLogin no\nPasswordAuthentication no\nSubsystem sftp internal-sftp\n",
  );
  tree.file(
    "etc/waagent.conf",
    "Provisioning.Agent=auto\nResourceDisk.Format=n\nExtensions.Enabled=y\nLogs.Verbose=n\n",
  );
  tree.file(
    "etc/apt/sources.list.d/ubuntu.sources",
    "Types: deb\nURIs: http://azure.archive.ubuntu.com/ubuntu/\nSuites: noble noble-updates noble-security\nComponents: main universe\n",
  );
  tree.file("var/lib/dpkg/status", dpkgStatus(packages));
  tree.folder("proc", "sys", "dev", "run", "tmp", "mnt", "root", "srv", "var/lib/waagent", "var/tmp");
  for (const name of packages) {
    tree.file(
      `usr/share/doc/${name}/README.Debian`,
      `${name} on Ubuntu\n=================\nSee /etc/${name} for its configuration.\n`,
    );
    tree.file(
      `etc/${name}/${name}.conf`,
      `# ${name}\nuser ${name}\nlog_level info\npid_file /run/${name}.pid\n`,
    );
  }
  for (const unit of ["ssh", "rsyslog", "walinuxagent", "cron", ...packages]) {
    tree.file(
      `usr/lib/systemd/system/${unit}.service`,
      `[Unit]\nDescription=${unit}\nAfter=network.target\n\n[Service]\nExecStart=/usr/sbin/${unit}\nRestart=on-failure\n\n[Install]\nWantedBy=multi-user.target\n`,
    );
  }
}

function addSystem(tree: Tree, { scale }: LinuxHost): void {
  const kernel = "6.14.0-1017-azure";
  tree.fill(`boot/vmlinuz-${kernel}`, "random", { mib: 12, shared: true });
  tree.fill(`boot/initrd.img-${kernel}`, "random", { mib: 18 * scale, shared: scale === 1 });
  tree.file(
    `boot/config-${kernel}`,
    "CONFIG_64BIT=y\nCONFIG_HYPERV=y\nCONFIG_HYPERV_NET=m\nCONFIG_EXT4_FS=y\n".repeat(40),
  );
  for (const [name, mib] of [
    ["libc.so.6", 2],
    ["libcrypto.so.3", 5],
    ["libpython3.12.so.1.0", 8],
    ["libicudata.so.74", 10],
  ] as const) {
    tree.fill(`usr/lib/x86_64-linux-gnu/${name}`, "random", { mib: mib * scale, shared: scale === 1 });
  }
  tree.fill("var/log/syslog", "text", { mib: 6 * scale });
  tree.fill("var/log/journal/4f1d2c/system.journal", "binary", { mib: 8 * scale });
  tree.fill("var/cache/apt/pkgcache.bin", "binary", { mib: 10 * scale });
}

function linuxOs(host: LinuxHost): Tree {
  const tree = new Tree(host.disk);
  addConfiguration(tree, host);
  addSystem(tree, host);
  return tree;
}

export function web01Os(): Tree {
  const tree = linuxOs({
    disk: "web-01-os",
    host: "web-01",
    address: "10.20.1.4",
    packages: ["nginx", "nodejs", "postgresql-16", "redis-server"],
    scale: 1,
  });
  tree.file(
    "etc/nginx/sites-enabled/shop.conf",
    "server {\n  listen 80;\n  server_name shop.contoso.example;\n  root /srv/shop/public;\n  location /api { proxy_pass http://127.0.0.1:8080; }\n}\n",
  );
  tree.file(
    "etc/fstab",
    "LABEL=cloudimg-rootfs / ext4 discard 0 1\nLABEL=shop-data /srv/shop ext4 defaults,nofail 0 2\n",
  );
  tree.fill("var/log/nginx/access.log.1", "text", { mib: 16 });
  tree.fill("usr/lib/postgresql/16/bin/postgres", "random", { mib: 9 });
  for (let day = 1; day <= 28; day += 1) {
    const stamp = `2026-10-${String(day).padStart(2, "0")}`;
    tree.file(
      `var/log/shop/orders-${stamp}.log`,
      `${stamp} orders accepted ${900 + day * 7}\n${stamp} orders refused ${day % 5}\n`,
    );
  }
  return tree;
}

export function web01Data(): Tree {
  const tree = new Tree("web-01-data");
  tree.folder("lost+found");
  tree.file("public/index.html", "<!doctype html>\n<title>Contoso shop</title>\n<h1>Contoso shop</h1>\n");
  tree.file("public/robots.txt", "User-agent: *\nDisallow: /api\n");
  for (let product = 1; product <= 160; product += 1) {
    const id = String(product).padStart(4, "0");
    tree.file(
      `catalog/products/${id}.json`,
      `${JSON.stringify({ id, sku: `CT-${id}`, name: `Article ${product}`, priceCents: 499 + product * 50, stock: (product * 37) % 240 }, null, 2)}\n`,
    );
  }
  for (let picture = 1; picture <= 12; picture += 1) {
    tree.fill(`public/media/hero-${picture}.avif`, "random", { mib: 1.5 });
  }
  for (const relation of ["16384/2619", "16384/16397", "16384/16402"]) {
    tree.fill(`postgresql/16/main/base/${relation}`, "binary", { mib: 20 });
  }
  tree.file("postgresql/16/main/PG_VERSION", "16\n", 0o600);
  tree.file(
    "postgresql/16/main/postgresql.auto.conf",
    "shared_buffers = '1GB'\nwal_level = 'replica'\n",
    0o600,
  );
  tree.fill("postgresql/16/main/pg_wal/000000010000000200000042", "binary", { mib: 16 });
  return tree;
}

export function batch01Os(): Tree {
  const tree = linuxOs({
    disk: "batch-01-os",
    host: "batch-01",
    address: "10.20.2.7",
    packages: ["openmpi", "python3-pandas"],
    scale: 0.5,
  });
  tree.file(
    "opt/batch/run-nightly.sh",
    "#!/bin/sh\nset -eu\npython3 /opt/batch/settle.py --day yesterday\n",
    0o755,
  );
  tree.file(
    "opt/batch/settle.py",
    "import pandas as pd\n\n\ndef settle(frame: pd.DataFrame) -> pd.DataFrame:\n    return frame.groupby('account').sum()\n",
  );
  for (let month = 1; month <= 12; month += 1) {
    tree.file(
      `opt/batch/results/2026-${String(month).padStart(2, "0")}.csv`,
      `account,total\n${Array.from({ length: 40 }, (_, row) => `A${1000 + row},${(row * month * 97) % 8000}`).join("\n")}\n`,
    );
  }
  tree.fill("opt/batch/scratch/matrix.bin", "binary", { mib: 12 });
  return tree;
}

export function sandbox01Os(): Tree {
  const tree = linuxOs({
    disk: "sandbox-01-os",
    host: "sandbox-01",
    address: "10.20.2.99",
    packages: ["docker.io"],
    scale: 0.5,
  });
  tree.file(
    "home/azureuser/notes.txt",
    "Try the new exporter here. Nothing on this machine is worth a backup (or so we say).\n",
  );
  tree.fill("var/lib/docker/overlay2/9c1f/layer.tar", "random", { mib: 12 });
  return tree;
}
