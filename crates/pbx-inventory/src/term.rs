//! The words of policies in the terms of the Data Privacy Vocabulary 2 and its extensions for kinds of personal data
//! and for the GDPR. Only their IRIs are used; what they mean is theirs to say.

use pbx_policy::{FieldId, Justification, Measure, Purpose, StoreKind, SubjectKind};

use crate::LegalBasis;

/// The prefixes of the terms, and what they stand for.
pub(crate) const PREFIXES: [(&str, &str); 5] = [
    ("dcterms", "http://purl.org/dc/terms/"),
    ("dpv", "https://w3id.org/dpv#"),
    ("eu-gdpr", "https://w3id.org/dpv/legal/eu/gdpr#"),
    ("pd", "https://w3id.org/dpv/pd#"),
    ("rdfs", "http://www.w3.org/2000/01/rdf-schema#"),
];

/// What kind of personal data a field is.
pub(crate) const fn of_field(field: FieldId) -> &'static str {
    match field {
        FieldId::Account => "pd:Username",
        FieldId::Address => "pd:PhysicalAddress",
        FieldId::City => "pd:City",
        FieldId::Company => "pd:CurrentEmployment",
        FieldId::Cost => "pd:Transactional",
        FieldId::Department => "pd:WorkEnvironment",
        FieldId::Direction => "pd:CommunicationsMetadata",
        FieldId::DurationS => "pd:ServiceConsumptionBehavior",
        FieldId::Email => "pd:EmailAddressWork",
        FieldId::Extension | FieldId::Mobile | FieldId::Number => "pd:TelephoneNumber",
        FieldId::FirstName | FieldId::LastName | FieldId::Name => "pd:Name",
        FieldId::Host => "pd:DeviceBased",
        FieldId::Language => "pd:Language",
        FieldId::Location => "pd:Location",
        FieldId::Note | FieldId::Tag | FieldId::Text => "pd:Communication",
        FieldId::PostalCode => "pd:PostalCode",
        FieldId::Room => "pd:RoomNumber",
        FieldId::State => "pd:Region",
        FieldId::Title => "pd:Job",
    }
}

/// What kind of personal data a store holds as a whole, where there is a term for it.
pub(crate) const fn of_store(kind: StoreKind) -> Option<&'static str> {
    match kind {
        StoreKind::CallList | StoreKind::Cdr => Some("pd:CallLog"),
        StoreKind::Chat => Some("pd:Communication"),
        StoreKind::Contact => Some("pd:Contact"),
        StoreKind::Recording => Some("pd:VoiceCommunicationRecording"),
        StoreKind::Greeting | StoreKind::VoiceMail => Some("pd:VoiceMail"),
        StoreKind::Backup
        | StoreKind::Charge
        | StoreKind::Consent
        | StoreKind::Diversion
        | StoreKind::External
        | StoreKind::FunctionKey
        | StoreKind::HotDesk
        | StoreKind::Log
        | StoreKind::Person => None,
    }
}

pub(crate) const fn of_purpose(purpose: Purpose) -> &'static str {
    match purpose {
        Purpose::Billing => "dpv:PaymentManagement",
        Purpose::Communication => "dpv:CommunicationManagement",
        Purpose::RecordKeeping => "dpv:RecordManagement",
        Purpose::Security => "dpv:EnforceSecurity",
        Purpose::Support => "dpv:TechnicalServiceProvision",
    }
}

pub(crate) const fn of_basis(basis: LegalBasis) -> &'static str {
    match basis {
        LegalBasis::Consent => "eu-gdpr:A6-1-a",
        LegalBasis::Contract => "eu-gdpr:A6-1-b",
        LegalBasis::LegitimateInterest => "eu-gdpr:A6-1-f",
    }
}

pub(crate) const fn of_subject(subject: SubjectKind) -> &'static str {
    match subject {
        SubjectKind::Administrators => "dpv:Employee",
        SubjectKind::Contacts => "dpv:Customer",
        SubjectKind::EndUsers => "dpv:User",
        SubjectKind::Guests => "dpv:Visitor",
        SubjectKind::Resellers => "dpv:Client",
    }
}

pub(crate) const fn of_measure(measure: Measure) -> &'static str {
    match measure {
        Measure::Encryption => "dpv:EncryptionAtRest",
        Measure::Masking => "dpv:DataRedaction",
        Measure::Pseudonymisation => "dpv:Pseudonymisation",
        Measure::Signature => "dpv:DigitalSignatures",
    }
}

/// The term for why something is not erased; security is no reason of Art. 17(3), so that there is none for it.
pub(crate) const fn of_justification(justification: Justification) -> Option<&'static str> {
    match justification {
        Justification::Archiving => Some("eu-gdpr:JustificationA17Archiving"),
        Justification::FreedomOfExpression => Some("eu-gdpr:JustificationA17FreedomOfExpression"),
        Justification::LegalClaims => Some("eu-gdpr:JustificationA17LegalClaims"),
        Justification::LegalObligation => Some("eu-gdpr:JustificationA17LegallyRequired"),
        Justification::PublicHealth => Some("eu-gdpr:JustificationA17PublicHealth"),
        Justification::Security => None,
    }
}
