//! The closed lists of words that policies describe personal data with.

use std::fmt;

use serde::{Deserialize, Serialize};

/// A closed list of words: an enum that is read, written and printed by them.
macro_rules! vocabulary {
    ($(#[$meta:meta])* $name:ident { $($(#[$about:meta])* $variant:ident = $word:literal,)+ }) => {
        $(#[$meta])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize, Serialize)]
        pub enum $name {
            $($(#[$about])* #[serde(rename = $word)] $variant,)+
        }

        impl $name {
            /// Every word there is.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// The word for it.
            pub const fn as_str(self) -> &'static str {
                match self {
                    $(Self::$variant => $word,)+
                }
            }

            /// What `word` stands for.
            pub fn parse(word: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|it| it.as_str() == word)
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(self.as_str())
            }
        }
    };
}

vocabulary! {
    /// One kind of thing that is recorded of somebody, in a person's record or in an item of a store.
    FieldId {
        /// An account of the management plane.
        Account = "account",
        /// A business address.
        Address = "address",
        /// The city of an address.
        City = "city",
        /// A company.
        Company = "company",
        /// What a call cost.
        Cost = "cost",
        /// A department.
        Department = "department",
        /// Whether a call came in or went out.
        Direction = "direction",
        /// How long something lasted, in seconds.
        DurationS = "duration-s",
        /// An e-mail address.
        Email = "email",
        /// A business extension number.
        Extension = "extension",
        /// A first name.
        FirstName = "first-name",
        /// A device, or its network address.
        Host = "host",
        /// A preferred language.
        Language = "language",
        /// A last name.
        LastName = "last-name",
        /// Where somebody works.
        Location = "location",
        /// A mobile number.
        Mobile = "mobile",
        /// A display name.
        Name = "name",
        /// A note that somebody wrote.
        Note = "note",
        /// A telephone number.
        Number = "number",
        /// The postal code of an address.
        PostalCode = "postal-code",
        /// A hotel room.
        Room = "room",
        /// The state or province of an address.
        State = "state",
        /// A tag on a call.
        Tag = "tag",
        /// Free text: a chat message, a line of a log.
        Text = "text",
        /// A job title.
        Title = "title",
    }
}

vocabulary! {
    /// What something is recorded for (GDPR Art. 5(1)(b), 30(1)(b)).
    Purpose {
        /// Billing of calls.
        Billing = "billing",
        /// Delivery of the communication service.
        Communication = "communication",
        /// An administrator's records about people, which the service does not need.
        RecordKeeping = "record-keeping",
        /// Tracing who did what, and keeping others out.
        Security = "security",
        /// Technical support and maintenance.
        Support = "support",
    }
}

vocabulary! {
    /// The papers' four kinds of personal data.
    Category {
        /// Records of what somebody did: call lists, call detail records, charges.
        Activity = "activity",
        /// Somebody's own content: voice mail, recordings, contacts, chats.
        Content = "content",
        /// Records of running the system: logs, audit trails, backups.
        Maintenance = "maintenance",
        /// What is entered so that somebody can be served.
        Provisioning = "provisioning",
    }
}

vocabulary! {
    /// What a store holds; how its records look follows from it.
    StoreKind {
        /// Backups of the system or of its content.
        Backup = "backup",
        /// Records of calls for one person to see.
        CallList = "call-list",
        /// Call detail records of the whole system.
        Cdr = "cdr",
        /// Charges of hotel guests.
        Charge = "charge",
        /// Chats.
        Chat = "chat",
        /// Consents that people gave.
        Consent = "consent",
        /// Directory entries and contact lists.
        Contact = "contact",
        /// Where calls are diverted to.
        Diversion = "diversion",
        /// What another system holds.
        External = "external",
        /// The keys of a telephone and what they are labelled.
        FunctionKey = "function-key",
        /// Greetings of voice mailboxes.
        Greeting = "greeting",
        /// Who uses which shared telephone.
        HotDesk = "hot-desk",
        /// One of the product's own logs.
        Log = "log",
        /// Records of persons.
        Person = "person",
        /// Call recordings.
        Recording = "recording",
        /// Voice mail messages.
        VoiceMail = "voice-mail",
    }
}

vocabulary! {
    /// Whose a record is.
    Owner {
        /// One person's: it can go with that person.
        Person = "person",
        /// Nobody's: the store goes whole or not at all, unless an operation finds single records.
        Store = "store",
    }
}

vocabulary! {
    /// Whom records are about (GDPR Art. 30(1)(c)).
    SubjectKind {
        /// Administrators and support staff.
        Administrators = "administrators",
        /// Customers of the customer: outside callers and business contacts.
        Contacts = "contacts",
        /// End users, usually employees of the customer.
        EndUsers = "end-users",
        /// Guests of a hotel.
        Guests = "guests",
        /// People at the companies that buy or resell the service.
        Resellers = "resellers",
    }
}

vocabulary! {
    /// How a paper lets a store be erased, or that it does not.
    Method {
        /// The record stays and nobody can be told from it.
        Anonymise = "anonymise",
        /// The record goes.
        Delete = "delete",
        /// What opens the record goes.
        DestroyKey = "destroy-key",
        /// The record stays, its link to the person goes.
        Detach = "detach",
        /// Another system has to do it.
        External = "external",
        /// The record stays, for a reason.
        Keep = "keep",
        /// The product has no way.
        NotPossible = "not-possible",
        /// The paper does not say. A way that is offered all the same is ours, and no erasure that the paper promises.
        Silent = "silent",
    }
}

impl Method {
    /// Whether it takes something away, by a way that the paper names.
    pub const fn erases(self) -> bool {
        matches!(self, Self::Anonymise | Self::Delete | Self::DestroyKey | Self::Detach)
    }
}

vocabulary! {
    /// How much one erasure takes.
    Scope {
        /// One record.
        Item = "item",
        /// A mark on a record, such as a tag; the record stays.
        Mark = "mark",
        /// All that the store holds of one person.
        Person = "person",
        /// The whole store, whoever is in it.
        Whole = "whole",
    }
}

vocabulary! {
    /// Why a record stays. All but the last are those of GDPR Art. 17(3).
    Justification {
        /// Archiving, research or statistics: Art. 17(3)(d).
        Archiving = "archiving",
        /// Freedom of expression and information: Art. 17(3)(a).
        FreedomOfExpression = "freedom-of-expression",
        /// Legal claims: Art. 17(3)(e).
        LegalClaims = "legal-claims",
        /// A legal obligation: Art. 17(3)(b).
        LegalObligation = "legal-obligation",
        /// Public health: Art. 17(3)(c).
        PublicHealth = "public-health",
        /// The security of processing, Art. 32: what the papers give as their reason, though Art. 17(3) has none such.
        Security = "security",
    }
}

vocabulary! {
    /// A removal of a person that takes his records of a store along.
    Removal {
        /// Of his voice mailbox.
        Mailbox = "mailbox",
        /// At the Service Node: part of what is recorded of him.
        ServiceNode = "service-node",
        /// Of the user alone.
        User = "user",
        /// Of the user with all services he has.
        UserWithServices = "user-with-services",
    }
}

vocabulary! {
    /// A technical measure that the paper claims for a store, beside the control of access that every store has.
    Measure {
        /// It is encrypted where it is kept.
        Encryption = "encryption",
        /// Digits of its numbers can be masked.
        Masking = "masking",
        /// It does not name whom it belongs to.
        Pseudonymisation = "pseudonymisation",
        /// It is signed, so that a changed record is found out.
        Signature = "signature",
    }
}

vocabulary! {
    /// What becomes of records at whom they were passed on to.
    Deletes {
        /// A deletion here does not reach them.
        Never = "never",
        /// The paper does not say.
        Unknown = "unknown",
    }
}
