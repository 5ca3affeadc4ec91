/**
 * Returns PostgreSQL's settings as arguments, so that the data folder needs no configuration file. They fit a small machine: a
 * few dozen connections, bounded memory and disk.
 */
export function postmasterArgs(options: { readonly port: number; readonly durable: boolean }): string[] {
  const settings: Readonly<Record<string, string>> = {
    listen_addresses: "127.0.0.1",
    port: String(options.port),
    // No socket: on a shared machine other users could reach its folder.
    unix_socket_directories: "",
    max_connections: "100",
    shared_buffers: "96MB",
    work_mem: "8MB",
    maintenance_work_mem: "64MB",
    max_wal_size: "512MB",
    max_parallel_workers_per_gather: "0",
    jit: "off",
    password_encryption: "scram-sha-256",
    timezone: "UTC",
    log_timezone: "UTC",
    log_min_messages: "warning",
    log_checkpoints: "off",
    logging_collector: "off",
    ...(options.durable ? {} : { fsync: "off", synchronous_commit: "off", full_page_writes: "off" }),
  };
  return Object.entries(settings).flatMap(([name, value]) => ["-c", `${name}=${value}`]);
}
