use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ed25519_dalek::{Signer, SigningKey};
use pbx_kernel::Timestamp;
use serde::Serialize;
use sha2::{Digest, Sha256};

use super::{API_VERSION, Dialect, DsrRequest, DsrStatus, IdentityFormat, IdentityType};

/// Who answers: a processor with a domain and a key.
#[derive(Debug)]
pub struct Processor {
    /// The domain on which requests arrive, which the certificate is issued for.
    pub domain: String,
    /// Our id of the controller.
    pub controller: String,
    /// Where the certificate can be fetched.
    pub certificate_url: String,
    /// The key that signs.
    pub key: SigningKey,
}

/// An answer or a callback, ready to be sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DsrMessage {
    /// The status of the HTTP response; nothing where it is a callback, which is a POST.
    pub code: Option<u16>,
    /// The headers beside `Content-Type: application/json`.
    pub headers: Vec<(&'static str, String)>,
    /// The body: JSON.
    pub body: Vec<u8>,
}

/// Where the answer to an access or portability request is, and how much it has.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct DsrResults {
    /// Where it can be fetched.
    #[serde(rename = "results_url", skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
    /// How many items were found.
    #[serde(rename = "results_count", skip_serializing_if = "Option::is_none")]
    pub count: Option<u64>,
}

impl Processor {
    /// The answer to a request that was accepted: section 7.3. `body` is the request's, as it came.
    pub fn receipt(
        &self,
        request: &DsrRequest,
        body: &[u8],
        received: Timestamp,
        expected: Timestamp,
    ) -> DsrMessage {
        let receipt = Receipt {
            controller_id: &self.controller,
            expected_completion_time: expected.to_string(),
            received_time: received.to_string(),
            encoded_request: STANDARD.encode(body),
            subject_request_id: &request.id,
        };
        self.message(request.dialect, Some(201), &receipt)
    }

    /// The answer to a query for the status: section 8.3.
    pub fn status(
        &self,
        request: &DsrRequest,
        status: DsrStatus,
        expected: Timestamp,
        results: &DsrResults,
    ) -> DsrMessage {
        let progress = Progress {
            controller_id: &self.controller,
            expected_completion_time: expected.to_string(),
            status_callback_url: None,
            subject_request_id: &request.id,
            request_status: status,
            api_version: API_VERSION,
            results,
        };
        self.message(request.dialect, Some(200), &progress)
    }

    /// What is posted to `url`, one of the request's callbacks, when the status has changed: section 8.6.
    pub fn callback(
        &self,
        request: &DsrRequest,
        url: &str,
        status: DsrStatus,
        expected: Timestamp,
        results: &DsrResults,
    ) -> DsrMessage {
        let progress = Progress {
            controller_id: &self.controller,
            expected_completion_time: expected.to_string(),
            status_callback_url: Some(url),
            subject_request_id: &request.id,
            request_status: status,
            api_version: API_VERSION,
            results,
        };
        self.message(request.dialect, None, &progress)
    }

    /// The answer to a cancellation that was accepted: section 9.2.
    pub fn cancellation(&self, request: &DsrRequest, received: Timestamp) -> DsrMessage {
        let cancellation = Cancellation {
            controller_id: &self.controller,
            subject_request_id: &request.id,
            received_time: received.to_string(),
            api_version: API_VERSION,
        };
        self.message(request.dialect, Some(202), &cancellation)
    }

    /// What we support: section 6.3. Not signed; it says where the certificate is that signs.
    pub fn discovery(&self) -> DsrMessage {
        let pairs = IdentityType::ALL.iter().flat_map(|kind| {
            IdentityFormat::ALL
                .iter()
                .map(|format| Supported { identity_type: *kind, identity_format: *format })
        });
        let discovery = Discovery {
            api_version: API_VERSION,
            supported_identities: pairs.collect(),
            supported_subject_request_types: ["access", "portability", "erasure"],
            processor_certificate: &self.certificate_url,
        };
        let body = serde_json::to_vec(&discovery).unwrap_or_default();
        DsrMessage { code: Some(200), headers: Vec::new(), body }
    }

    /// Signs `body` twice: within itself as the last member, and as a whole in the header.
    fn message(&self, dialect: Dialect, code: Option<u16>, body: &impl Serialize) -> DsrMessage {
        let plain = serde_json::to_vec(body).unwrap_or_default();
        let signed = Signed { body, processor_signature: self.sign(&plain) };
        let body = serde_json::to_vec(&signed).unwrap_or_default();
        let headers = vec![
            (dialect.domain_header(), self.domain.clone()),
            (dialect.signature_header(), self.sign(&body)),
        ];
        DsrMessage { code, headers, body }
    }

    /// Ed25519 over SHA-256, in base64.
    fn sign(&self, bytes: &[u8]) -> String {
        STANDARD.encode(self.key.sign(&Sha256::digest(bytes)).to_bytes())
    }
}

#[derive(Serialize)]
struct Signed<'a, T> {
    #[serde(flatten)]
    body: &'a T,
    processor_signature: String,
}

#[derive(Serialize)]
struct Receipt<'a> {
    controller_id: &'a str,
    expected_completion_time: String,
    received_time: String,
    encoded_request: String,
    subject_request_id: &'a str,
}

#[derive(Serialize)]
struct Progress<'a> {
    controller_id: &'a str,
    expected_completion_time: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    status_callback_url: Option<&'a str>,
    subject_request_id: &'a str,
    request_status: DsrStatus,
    api_version: &'static str,
    #[serde(flatten)]
    results: &'a DsrResults,
}

#[derive(Serialize)]
struct Cancellation<'a> {
    controller_id: &'a str,
    subject_request_id: &'a str,
    received_time: String,
    api_version: &'static str,
}

#[derive(Serialize)]
struct Discovery<'a> {
    api_version: &'static str,
    supported_identities: Vec<Supported>,
    supported_subject_request_types: [&'static str; 3],
    processor_certificate: &'a str,
}

#[derive(Serialize)]
struct Supported {
    identity_type: IdentityType,
    identity_format: IdentityFormat,
}
