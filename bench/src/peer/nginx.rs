//! nginx with one worker that serves one static page over TLS.

use std::fs;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::Context;

use super::find;
use crate::certificate::Certificate;
use crate::running::{Running, free_address};

/// The running server.
#[derive(Debug)]
pub(crate) struct Nginx {
    pub(crate) running: Running,
    pub(crate) address: SocketAddr,
    /// The file of the certificate that vouches for it.
    pub(crate) trust: PathBuf,
}

impl Nginx {
    /// Starts it in the empty `folder`, with a page of `bytes`.
    pub(crate) fn start(folder: &Path, bytes: usize) -> anyhow::Result<Self> {
        let program = find("nginx")?;
        fs::create_dir_all(folder.join("pages")).context("no folder for nginx")?;
        fs::write(folder.join("pages/page.html"), page(bytes))?;
        let certificate = Certificate::generate(folder)?;
        let (address, config) = (free_address()?, folder.join("nginx.conf"));
        fs::write(&config, text(folder, address, &certificate))?;
        let mut command = Command::new(program);
        // Without `-e` it looks for its log where Debian's package has it, before it reads anything.
        command.args(["-e", "stderr", "-p"]).arg(folder).arg("-c").arg(&config);
        let running = Running::start("nginx", &mut command)?;
        running.wait_for_port(address)?;
        Ok(Self { running, address, trust: certificate.certificate })
    }
}

/// The path of the page.
pub(crate) const PAGE: &str = "/page.html";

/// Set up to be fast: no log, the file kept open, connections that last.
fn text(folder: &Path, address: SocketAddr, certificate: &Certificate) -> String {
    let (certificate, key) = (certificate.certificate.display(), certificate.key.display());
    let folder = folder.display();
    format!(
        "daemon off; master_process off; worker_processes 1;\n\
         pid {folder}/nginx.pid; error_log stderr crit;\n\
         events {{ worker_connections 1024; }}\n\
         http {{\n\
           access_log off; sendfile on; tcp_nopush on; tcp_nodelay on;\n\
           keepalive_timeout 600; keepalive_requests 1000000000; open_file_cache max=10;\n\
           client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy;\n\
           fastcgi_temp_path {folder}/fastcgi; uwsgi_temp_path {folder}/uwsgi; scgi_temp_path {folder}/scgi;\n\
           default_type text/html;\n\
           server {{\n\
             listen {address} ssl; root {folder}/pages;\n\
             ssl_certificate {certificate}; ssl_certificate_key {key};\n\
             ssl_protocols TLSv1.2 TLSv1.3;\n\
           }}\n\
         }}\n"
    )
}

/// Text, as HTML is, of exactly so many bytes.
fn page(bytes: usize) -> String {
    LINE.chars().cycle().take(bytes).collect()
}

/// ASCII, so that characters are bytes.
const LINE: &str = "<tr><td>2101</td><td>Ada Example</td></tr>\n";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_has_the_size_that_was_asked_for() {
        for bytes in [0, 1, LINE.len(), 10_000] {
            assert_eq!(page(bytes).len(), bytes);
        }
    }
}
