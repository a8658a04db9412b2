use askama::Template;

use super::{Answer, Body, Certificate, Proof};
use crate::plan::Decision;

/// The certificate as one HTML page, to be read, printed and kept: it loads nothing.
///
/// The JSON is the certificate; the page is a view of it and says so.
pub fn certificate_page(certificate: &Certificate) -> String {
    let Certificate { body, proof } = certificate;
    // A template fails only where formatting into memory does.
    Page { body, proof, digest: body.digest() }.render().unwrap_or_default()
}

#[derive(Template)]
#[template(path = "certificate.html")]
struct Page<'a> {
    body: &'a Body,
    proof: &'a Proof,
    digest: String,
}

impl Page<'_> {
    fn heading(&self) -> &'static str {
        match &self.body.answer {
            Answer::Copy(_) => "Certificate of access",
            Answer::Erasure(_) => "Certificate of erasure",
        }
    }
}
