//! `understudy clock` and `understudy sites`, and what else asks: small clients of a running world's director.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, Result, anyhow, bail};
use http_body_util::{BodyExt, Full, Limited};
use hyper::body::Bytes;
use hyper::client::conn::http1;
use hyper::{Method, Request};
use hyper_util::rt::TokioIo;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, RootCertStore};
use serde_json::{Value, json};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;

use crate::cli::{Clock, ClockDeed, Director};

/// Shows or steers the clock.
pub(crate) fn clock(clock: &Clock) -> Result<ExitCode> {
    let director = Remote::find(&clock.director)?;
    let answer = match &clock.deed {
        None => director.ask(Method::GET, "/clock", None)?,
        Some(ClockDeed::Advance { by }) => {
            director.ask(Method::POST, "/clock/advance", Some(&json!({ "seconds": seconds(by)? })))?
        }
        Some(ClockDeed::Freeze) => director.ask(Method::POST, "/clock/freeze", None)?,
        Some(ClockDeed::Run) => director.ask(Method::POST, "/clock/run", None)?,
        Some(ClockDeed::Set { to }) => {
            director.ask(Method::POST, "/clock/set", Some(&json!({ "time": to })))?
        }
    };
    let state = if answer["frozen"] == json!(true) { "frozen" } else { "running" };
    say(&format!("{} ({state})", answer["time"].as_str().unwrap_or("?")));
    Ok(ExitCode::SUCCESS)
}

/// Lists the sites.
pub(crate) fn sites(director: &Director) -> Result<ExitCode> {
    let answer = Remote::find(director)?.ask(Method::GET, "/sites", None)?;
    say(&serde_json::to_string_pretty(&answer)?);
    Ok(ExitCode::SUCCESS)
}

/// Where a director is and what it wants to see.
pub(crate) struct Remote {
    url: String,
    token: String,
    ca_file: PathBuf,
}

impl Remote {
    /// The director of the world whose endpoints file is named.
    pub(crate) fn find(director: &Director) -> Result<Self> {
        let file = &director.endpoints;
        let text = fs::read_to_string(file).with_context(|| {
            format!(
                "cannot read {}: is a world running? Name its endpoints file with --endpoints",
                file.display()
            )
        })?;
        let value: Value = serde_json::from_str(&text)
            .with_context(|| format!("{} is no endpoints file", file.display()))?;
        let field = |value: &Value, what: &str| {
            value
                .as_str()
                .map(str::to_owned)
                .ok_or_else(|| anyhow!("{} does not say the {what}", file.display()))
        };
        let token_file = field(&value["director"]["token_file"], "director's token file")?;
        let token = fs::read_to_string(&token_file).with_context(|| format!("cannot read {token_file}"))?;
        Ok(Self {
            url: field(&value["director"]["url"], "director's address")?,
            token: token.trim().to_owned(),
            ca_file: PathBuf::from(field(&value["ca_file"], "certificate to trust")?),
        })
    }

    /// Sends one request and waits for its JSON.
    pub(crate) fn ask(&self, method: Method, path: &str, body: Option<&Value>) -> Result<Value> {
        Ok(serde_json::from_slice(&self.bytes(method, path, body)?).unwrap_or_default())
    }

    /// Asks for a document as it is.
    pub(crate) fn text(&self, path: &str) -> Result<String> {
        let bytes = self.bytes(Method::GET, path, None)?;
        String::from_utf8(bytes.into()).context("the director's answer is no text")
    }

    fn bytes(&self, method: Method, path: &str, body: Option<&Value>) -> Result<Bytes> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        let asked = async { tokio::time::timeout(PATIENCE, self.exchange(method, path, body)).await };
        runtime.block_on(asked).context("the director does not answer")?
    }

    async fn exchange(&self, method: Method, path: &str, body: Option<&Value>) -> Result<Bytes> {
        let address = self.url.trim_start_matches("https://").trim_end_matches('/');
        let host = address.rsplit_once(':').map_or(address, |(host, _)| host);
        let stream =
            TcpStream::connect(address).await.with_context(|| format!("nothing answers at {}", self.url))?;
        let name = ServerName::try_from(host.trim_matches(['[', ']']).to_owned())?;
        let stream = TlsConnector::from(trust(&self.ca_file)?).connect(name, stream).await?;
        let (mut sender, connection) = http1::handshake(TokioIo::new(stream)).await?;
        tokio::spawn(connection);
        let request = Request::builder()
            .method(method)
            .uri(path)
            .header("host", address)
            .header("authorization", format!("Bearer {}", self.token))
            .header("content-type", "application/json")
            .body(Full::new(Bytes::from(body.map(ToString::to_string).unwrap_or_default())))?;
        let response = sender.send_request(request).await?;
        let status = response.status();
        let body = Limited::new(response.into_body(), ANSWER_BYTES_MAX).collect().await;
        let bytes = body.map_err(|error| anyhow!("the director's answer broke off: {error}"))?.to_bytes();
        if !status.is_success() {
            let value: Value = serde_json::from_slice(&bytes).unwrap_or_default();
            bail!("the director says {status}: {}", value["message"].as_str().unwrap_or("no more than that"));
        }
        Ok(bytes)
    }
}

/// Trusts the world's own authority and no other.
fn trust(ca_file: &Path) -> Result<Arc<ClientConfig>> {
    let mut roots = RootCertStore::empty();
    let authority = CertificateDer::from_pem_file(ca_file)
        .with_context(|| format!("cannot read {}", ca_file.display()))?;
    roots.add(authority)?;
    Ok(Arc::new(ClientConfig::builder().with_root_certificates(roots).with_no_client_auth()))
}

/// `20m` in seconds.
fn seconds(text: &str) -> Result<u64> {
    let (number, unit) = match text.find(|it: char| !it.is_ascii_digit()) {
        Some(end) => text.split_at(end),
        None => (text, "s"),
    };
    let factor = match unit {
        "s" => 1,
        "m" => 60,
        "h" => 3_600,
        "d" => 86_400,
        _ => bail!("\"{text}\" is no span of time: write 90s, 20m, 2h or 7d"),
    };
    let number: u64 =
        number.parse().with_context(|| format!("\"{text}\" is no span of time: write 90s, 20m, 2h or 7d"))?;
    number.checked_mul(factor).ok_or_else(|| anyhow!("\"{text}\" is too far away"))
}

#[expect(clippy::print_stdout, reason = "the answer is what the command is for")]
pub(crate) fn say(text: &str) {
    println!("{text}");
}

/// How long a director may take to answer: as long as a search of a large world.
const PATIENCE: Duration = Duration::from_mins(10);

/// The largest answer: every site of a large world.
const ANSWER_BYTES_MAX: usize = 16 * 1_024 * 1_024;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_span_of_time_has_a_unit_or_is_seconds() {
        assert_eq!(seconds("90").expect("valid"), 90);
        assert_eq!(seconds("20m").expect("valid"), 1_200);
        assert_eq!(seconds("7d").expect("valid"), 604_800);
        for wrong in ["", "m", "1w", "-1s", "1.5h", "99999999999999999999d"] {
            assert!(seconds(wrong).is_err(), "{wrong}");
        }
    }
}
