use std::borrow::Cow;
use std::sync::Arc;
use std::time::Duration;

use russh::keys::{Algorithm, EcdsaCurve};
use russh::server::Config;
use russh::{MethodKind, MethodSet, Preferred, SshId, cipher, compression, kex, mac};

use crate::HostKey;

/// What a site's SSH is like.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The identification string after `SSH-2.0-`; ours where there is none.
    pub software: Option<String>,
    /// After how long a connection on which nothing happens ends, in real time.
    pub idle: Duration,
    /// Its host key.
    pub host_key: HostKey,
}

impl Settings {
    pub(crate) fn config(self) -> Arc<Config> {
        let software =
            self.software.filter(|it| is_identification(it)).unwrap_or_else(|| SOFTWARE.to_owned());
        Arc::new(Config {
            server_id: SshId::Standard(Cow::Owned(format!("SSH-2.0-{software}"))),
            methods: methods(),
            // What refusals cost is the same for all of them already; no rejection need be longer.
            auth_rejection_time: Duration::ZERO,
            auth_rejection_time_initial: Some(Duration::ZERO),
            keys: vec![self.host_key.0],
            preferred: PREFERRED,
            max_auth_attempts: AUTH_ATTEMPTS_MAX,
            inactivity_timeout: Some(self.idle.max(IDLE_MIN)),
            // A client's answers to keep-alives would count as activity: nobody would ever be idle.
            keepalive_interval: None,
            window_size: WINDOW_BYTES,
            maximum_packet_size: PACKET_BYTES_MAX,
            channel_buffer_size: 1,
            event_buffer_size: EVENTS_MAX,
            nodelay: true,
            ..Config::default()
        })
    }
}

/// The ways to log in, offered again after every refusal: whether one more is allowed is said elsewhere.
pub(crate) fn methods() -> MethodSet {
    MethodSet::from([MethodKind::PublicKey, MethodKind::Password].as_slice())
}

/// Whether RFC 4253 section 4.2 allows it: printable US-ASCII, 255 bytes with `SSH-2.0-` and the line's end.
fn is_identification(software: &str) -> bool {
    (1..=240).contains(&software.len()) && software.bytes().all(|it| (b' '..=b'~').contains(&it))
}

/// No SHA-1, no finite-field Diffie-Hellman (30 times the cost, at the client's choice), no RSA. The MACs that are
/// computed over the plain text come last, for clients of libssh2 before 1.11.
const PREFERRED: Preferred = Preferred {
    kex: Cow::Borrowed(&[
        kex::MLKEM768X25519_SHA256,
        kex::CURVE25519,
        kex::CURVE25519_PRE_RFC_8731,
        kex::EXTENSION_SUPPORT_AS_SERVER,
        kex::EXTENSION_OPENSSH_STRICT_KEX_AS_SERVER,
    ]),
    // The host key's algorithm, and those of the keys that accounts may log in with.
    key: Cow::Borrowed(&[
        Algorithm::Ed25519,
        Algorithm::Ecdsa { curve: EcdsaCurve::NistP256 },
        Algorithm::Ecdsa { curve: EcdsaCurve::NistP384 },
        Algorithm::Ecdsa { curve: EcdsaCurve::NistP521 },
    ]),
    host_key_certificates: Cow::Borrowed(&[]),
    cipher: Cow::Borrowed(&[
        cipher::CHACHA20_POLY1305,
        cipher::AES_256_GCM,
        cipher::AES_256_CTR,
        cipher::AES_192_CTR,
        cipher::AES_128_CTR,
    ]),
    mac: Cow::Borrowed(&[mac::HMAC_SHA512_ETM, mac::HMAC_SHA256_ETM, mac::HMAC_SHA512, mac::HMAC_SHA256]),
    compression: Cow::Borrowed(&[compression::NONE]),
};

/// What we are where a product does not say.
const SOFTWARE: &str = "Understudy";

/// How often a connection may try before the transport itself ends it: above every product's own limit.
const AUTH_ATTEMPTS_MAX: usize = 20;

/// No product's sessions are idle sooner; it keeps a mistake in a policy from closing every connection at once.
const IDLE_MIN: Duration = Duration::from_secs(10);

/// How much a client may send ahead of being read.
pub(crate) const WINDOW_BYTES: u32 = 256 * 1024;

/// What RFC 4253 section 6.1 asks every implementation to take.
const PACKET_BYTES_MAX: u32 = 32 * 1024;

/// How much the channels of a connection may have on its way out: two for each, which is what they have at most
/// while none of them is read from.
const EVENTS_MAX: usize = 128;
