use std::collections::BTreeSet;

use pbx_kernel::{Secret, SiteId, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::{Dialect, DsrFault};
use crate::request::RequestKind;

/// A request as it came, checked. Who it is about cannot be printed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DsrRequest {
    /// The name that the controller calls the protocol by.
    pub dialect: Dialect,
    /// The law it invokes.
    pub regulation: Regulation,
    /// Its id: a UUID of version 4, in lower case.
    pub id: String,
    /// What is asked for.
    pub kind: RequestKind,
    /// When the person asked the controller.
    pub submitted: Timestamp,
    /// Who it is about.
    pub identities: Vec<DsrIdentity>,
    /// Who it is about, in our own words.
    pub extension: DsrExtension,
    /// Where changes of the status are reported.
    pub callbacks: Vec<String>,
}

/// The law that a request invokes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Regulation {
    /// The California Consumer Privacy Act.
    Ccpa,
    /// The General Data Protection Regulation.
    Gdpr,
}

/// One identity of a person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DsrIdentity {
    /// What it is.
    pub kind: IdentityType,
    /// Whether `value` is the identity or a digest of it.
    pub format: IdentityFormat,
    /// The identity, or 64 hex digits in lower case.
    pub value: Secret,
}

/// The types of identity that we can find a person by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum IdentityType {
    /// The controller's own id of the person: an account, or the extension that the person has.
    ControllerCustomerId,
    /// An e-mail address.
    Email,
    /// A phone number; not in the specification.
    Phone,
}

/// How an identity is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum IdentityFormat {
    /// As it is.
    Raw,
    /// The SHA-256 of it, in hex.
    Sha256,
}

/// What a controller may say in `extensions."<our domain>"`:
///
/// ```json
/// { "site": "north", "extension_numbers": ["201"], "phone_numbers": ["+46701234567"], "account_names": ["ada"] }
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DsrExtension {
    /// The site that is meant; without it, every site.
    pub site: Option<SiteId>,
    /// Extensions.
    pub extension_numbers: Vec<Secret>,
    /// Phone numbers.
    pub phone_numbers: Vec<Secret>,
    /// Accounts.
    pub account_names: Vec<Secret>,
}

impl DsrRequest {
    /// The longest body, in bytes.
    pub const BODY_BYTES_MAX: usize = 64 * 1024;
    /// The most identities, and the most numbers or accounts of one kind.
    pub const IDENTITIES_MAX: usize = 32;
    /// The longest identity, in bytes.
    pub const IDENTITY_BYTES_MAX: usize = 256;
    /// The most callback URLs.
    pub const CALLBACKS_MAX: usize = 8;
    /// The longest callback URL, in bytes.
    pub const CALLBACK_BYTES_MAX: usize = 2_048;

    /// Checks the body of a POST to the route of `dialect`. `domain` is ours: of the extensions, only those under it
    /// are meant for us. Members that we do not know are ignored, as other processors have some of their own.
    pub fn parse(dialect: Dialect, domain: &str, body: &[u8]) -> Result<Self, DsrFault> {
        if body.len() > Self::BODY_BYTES_MAX {
            return Err(DsrFault::invalid("the body is longer than 64 KiB"));
        }
        let Ok(Value::Object(members)) = serde_json::from_slice(body) else {
            return Err(DsrFault::invalid("the body is not a JSON object"));
        };
        let identities =
            members.get("subject_identities").map(parse_identities).transpose()?.unwrap_or_default();
        let extension = parse_extensions(&members, domain)?;
        if identities.is_empty() && !extension.names_somebody() {
            return Err(DsrFault::missing("subject_identities"));
        }
        Ok(Self {
            dialect,
            regulation: parse_regulation(&members, dialect)?,
            id: parse_id(text(&members, "subject_request_id")?)?,
            kind: parse_kind(text(&members, "subject_request_type")?)?,
            submitted: Timestamp::parse(text(&members, "submitted_time")?).ok_or_else(|| {
                DsrFault::invalid("submitted_time is not a time of RFC 3339 with its offset")
            })?,
            identities,
            extension,
            callbacks: members
                .get("status_callback_urls")
                .map(parse_callbacks)
                .transpose()?
                .unwrap_or_default(),
        })
    }
}

impl DsrExtension {
    fn names_somebody(&self) -> bool {
        !self.extension_numbers.is_empty() || !self.phone_numbers.is_empty() || !self.account_names.is_empty()
    }
}

impl IdentityType {
    /// All types.
    pub const ALL: [Self; 3] = [Self::ControllerCustomerId, Self::Email, Self::Phone];

    fn parse(text: &str) -> Option<Self> {
        match text {
            "controller_customer_id" => Some(Self::ControllerCustomerId),
            "email" => Some(Self::Email),
            // The second is mParticle's word.
            "phone" | "mobile_number" => Some(Self::Phone),
            _ => None,
        }
    }
}

impl IdentityFormat {
    /// All formats.
    pub const ALL: [Self; 2] = [Self::Raw, Self::Sha256];

    fn parse(text: &str) -> Option<Self> {
        match text {
            "raw" => Some(Self::Raw),
            "sha256" => Some(Self::Sha256),
            _ => None,
        }
    }
}

/// The text of a required member.
fn text<'a>(members: &'a Map<String, Value>, name: &str) -> Result<&'a str, DsrFault> {
    match members.get(name) {
        None | Some(Value::Null) => Err(DsrFault::missing(name)),
        Some(Value::String(text)) => Ok(text),
        Some(_) => Err(DsrFault::invalid(format!("{name} is not a string"))),
    }
}

fn parse_regulation(members: &Map<String, Value>, dialect: Dialect) -> Result<Regulation, DsrFault> {
    if !members.contains_key("regulation") && dialect != Dialect::OpenCompliance {
        return Ok(Regulation::Gdpr);
    }
    match text(members, "regulation")? {
        "ccpa" => Ok(Regulation::Ccpa),
        "gdpr" => Ok(Regulation::Gdpr),
        _ => Err(DsrFault::invalid("regulation is neither gdpr nor ccpa")),
    }
}

/// A UUID of version 4 (RFC 9562), in lower case as section 1.1 requires.
fn parse_id(text: &str) -> Result<String, DsrFault> {
    let is_digit = |it: u8| it.is_ascii_digit() || (b'a'..=b'f').contains(&it);
    let fits = |(index, byte): (usize, u8)| match index {
        8 | 13 | 18 | 23 => byte == b'-',
        14 => byte == b'4',
        19 => matches!(byte, b'8' | b'9' | b'a' | b'b'),
        _ => is_digit(byte),
    };
    if text.len() == UUID_BYTES && text.bytes().enumerate().all(fits) {
        Ok(text.to_owned())
    } else {
        Err(DsrFault::invalid("subject_request_id is not a UUID of version 4 in lower case"))
    }
}

fn parse_kind(text: &str) -> Result<RequestKind, DsrFault> {
    match text {
        "access" => Ok(RequestKind::Access),
        "portability" => Ok(RequestKind::Portability),
        "erasure" => Ok(RequestKind::Erasure),
        _ => Err(DsrFault::invalid("subject_request_type is none of access, portability and erasure")),
    }
}

/// Both shapes: an array of objects, or an object with one member per type.
fn parse_identities(value: &Value) -> Result<Vec<DsrIdentity>, DsrFault> {
    let count = match value {
        Value::Array(list) => list.len(),
        Value::Object(members) => members.len(),
        _ => return Err(DsrFault::invalid("subject_identities is neither an array nor an object")),
    };
    if count > DsrRequest::IDENTITIES_MAX {
        return Err(DsrFault::invalid("subject_identities has more than 32 identities"));
    }
    if let Value::Object(members) = value {
        let parse = |(kind, it): (&String, &Value)| {
            let Value::Object(it) = it else {
                return Err(DsrFault::invalid("a member of subject_identities is not an object"));
            };
            let format = if it.contains_key("encoding") { text(it, "encoding")? } else { "raw" };
            parse_identity(kind, text(it, "value")?, format)
        };
        return members.iter().map(parse).collect();
    }
    let parse = |it: &Value| {
        let Value::Object(it) = it else {
            return Err(DsrFault::invalid("an element of subject_identities is not an object"));
        };
        parse_identity(text(it, "identity_type")?, text(it, "identity_value")?, text(it, "identity_format")?)
    };
    value.as_array().into_iter().flatten().map(parse).collect()
}

fn parse_identity(kind: &str, value: &str, format: &str) -> Result<DsrIdentity, DsrFault> {
    let kind = IdentityType::parse(kind)
        .ok_or_else(|| DsrFault::invalid("an identity_type is not one that the discovery document lists"))?;
    let format = IdentityFormat::parse(format).ok_or_else(|| {
        DsrFault::invalid("an identity_format is not one that the discovery document lists")
    })?;
    let is_digest = value.len() == DIGEST_DIGITS && value.bytes().all(|it| it.is_ascii_hexdigit());
    match format {
        IdentityFormat::Sha256 if !is_digest => {
            Err(DsrFault::invalid("an identity_value is not 64 hex digits, as its identity_format says"))
        }
        IdentityFormat::Sha256 => Ok(DsrIdentity { kind, format, value: Secret::new(value.to_lowercase()) }),
        IdentityFormat::Raw => Ok(DsrIdentity { kind, format, value: parse_value(value, "identity_value")? }),
    }
}

fn parse_extensions(members: &Map<String, Value>, domain: &str) -> Result<DsrExtension, DsrFault> {
    let ours = match members.get("extensions") {
        None | Some(Value::Null) => return Ok(DsrExtension::default()),
        Some(Value::Object(domains)) => domains.iter().find(|(name, _)| name.eq_ignore_ascii_case(domain)),
        Some(_) => return Err(DsrFault::invalid("extensions is not an object")),
    };
    let ours = match ours {
        None => return Ok(DsrExtension::default()),
        Some((_, Value::Object(ours))) => ours,
        Some(_) => return Err(DsrFault::invalid("our member of extensions is not an object")),
    };
    // Ours are defined here: an unknown one is a slip, and an identity that is overlooked stays behind.
    let known = BTreeSet::from(["site", "extension_numbers", "phone_numbers", "account_names"]);
    if ours.keys().any(|it| !known.contains(it.as_str())) {
        return Err(DsrFault::invalid("our member of extensions has a member that we do not know"));
    }
    let site = |it: &Value| {
        let site = it.as_str().and_then(|it| SiteId::parse(it).ok());
        site.ok_or_else(|| DsrFault::invalid("site is not the id of a site"))
    };
    Ok(DsrExtension {
        site: ours.get("site").map(site).transpose()?,
        extension_numbers: parse_values(ours, "extension_numbers")?,
        phone_numbers: parse_values(ours, "phone_numbers")?,
        account_names: parse_values(ours, "account_names")?,
    })
}

fn parse_values(members: &Map<String, Value>, name: &str) -> Result<Vec<Secret>, DsrFault> {
    let Some(value) = members.get(name) else { return Ok(Vec::new()) };
    let list = value.as_array().filter(|it| it.len() <= DsrRequest::IDENTITIES_MAX);
    let list =
        list.ok_or_else(|| DsrFault::invalid(format!("{name} is not an array of at most 32 strings")))?;
    let parse = |it: &Value| match it {
        Value::String(text) => parse_value(text, name),
        _ => Err(DsrFault::invalid(format!("{name} is not an array of at most 32 strings"))),
    };
    list.iter().map(parse).collect()
}

fn parse_value(text: &str, name: &str) -> Result<Secret, DsrFault> {
    let text = text.trim();
    let is_line = !text.is_empty() && !text.chars().any(char::is_control);
    if is_line && text.len() <= DsrRequest::IDENTITY_BYTES_MAX {
        Ok(Secret::new(text))
    } else {
        Err(DsrFault::invalid(format!("{name} is not one line of 1 to 256 bytes")))
    }
}

/// Callbacks go over TLS to a host that the URL names; credentials have no place in it.
fn parse_callbacks(value: &Value) -> Result<Vec<String>, DsrFault> {
    let list = value.as_array().filter(|it| it.len() <= DsrRequest::CALLBACKS_MAX);
    let list =
        list.ok_or_else(|| DsrFault::invalid("status_callback_urls is not an array of at most 8 strings"))?;
    let parse = |it: &Value| {
        let url = it.as_str().filter(|it| it.len() <= DsrRequest::CALLBACK_BYTES_MAX && it.is_ascii());
        let host =
            url.and_then(|it| it.strip_prefix("https://")).and_then(|it| it.split(['/', '?', '#']).next());
        let is_clean = |it: &&str| it.bytes().all(|it| it.is_ascii_graphic());
        match (url.filter(is_clean), host) {
            (Some(url), Some(host)) if !host.is_empty() && !host.contains('@') => Ok(url.to_owned()),
            _ => Err(DsrFault::invalid(
                "a callback URL is not https:// with a host, or is longer than 2,048 bytes",
            )),
        }
    };
    list.iter().map(parse).collect()
}

const UUID_BYTES: usize = 36;
/// SHA-256 in hex.
const DIGEST_DIGITS: usize = 64;
