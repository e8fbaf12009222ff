//! The kinds of change, and what each means for a client.
//!
//! The table is the judge: everything else only recognises. A verdict is for the client that this
//! project generates: it ignores unknown fields, keeps unknown values of enums and unknown members
//! of unions, takes `null` for an absent value, and turns an undocumented status into a typed
//! error. In its source, what is required is an argument, options are setters, models are
//! `#[non_exhaustive]`, and limits, patterns and formats but `date-time` are documentation.
//!
//! `[rows]` refers to the list of kinds of change in `drift/VERDICTS.md`, which also says where and
//! why a verdict here differs from what a server's author would say.

use std::fmt;

use serde::{Serialize, Serializer};

use crate::finding::Source::{self, Major, Minor, Patch};
use crate::finding::Wire::{self, Breaking, Compatible, None, Risky};

/// What a change means: on the wire, and in source.
pub type Verdict = (Wire, Source);

/// What is written about a class.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Row {
    /// The id, as in `operation-added`.
    pub id: &'static str,
    /// What the class is, in a sentence.
    pub title: &'static str,
    /// The kinds of change in `drift/VERDICTS.md` that the class covers.
    pub kinds: &'static [u8],
    /// The verdict where a request holds what changed.
    pub request: Verdict,
    /// The verdict where a response holds what changed.
    pub response: Verdict,
    /// What the change is when the documents are swapped: one of these.
    pub mirrors: &'static [ChangeKind],
}

/// Gives each class its row. A verdict alone holds in both directions.
macro_rules! classes {
    ($(#[doc = $title:literal] $class:ident $id:literal $kinds:tt
        ($($request:ident)+) $(/ ($($response:ident)+))? <> $($mirror:ident)|+;)+) => {
        /// A kind of change. Its id is stable: acceptances and other tools refer to it.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[non_exhaustive]
        pub enum ChangeKind { $(#[doc = $title] $class,)+ }

        impl ChangeKind {
            /// Every class.
            pub const ALL: &[Self] = &[$(Self::$class),+];

            /// All that is written about it.
            pub fn row(self) -> Row {
                match self {
                    $(Self::$class => {
                        let [request, response] = verdicts!($($request)+ $(/ $($response)+)?);
                        let mirrors: &'static [Self] = &[$(Self::$mirror),+];
                        Row { id: $id, title: $title.trim_ascii(), kinds: &$kinds, request, response, mirrors }
                    })+
                }
            }
        }
    };
}

macro_rules! verdicts {
    ($wire:ident $source:ident) => {
        [($wire, $source), ($wire, $source)]
    };
    ($wire:ident $source:ident / $response_wire:ident $response_source:ident) => {
        [($wire, $source), ($response_wire, $response_source)]
    };
}

classes! {
    /// An operation that was not there before.
    OperationAdded "operation-added" [1] (Compatible Minor) <> OperationRemoved;
    /// An operation that is gone.
    OperationRemoved "operation-removed" [2] (Breaking Major) <> OperationAdded;
    /// An operation that has another path.
    OperationMoved "operation-moved" [3] (Breaking Patch) <> OperationMoved;
    /// An operation that has another method.
    OperationMethodChanged "operation-method-changed" [4] (Breaking Patch) <> OperationMethodChanged;
    /// A path parameter that has another name; it is an argument, known by its position.
    PathParameterRenamed "path-parameter-renamed" [5] (None Patch) <> PathParameterRenamed;
    /// An operation that has another id, after which its method is named.
    OperationIdChanged "operation-id-changed" [6] (None Major) <> OperationIdChanged;
    /// An operation that had no id and has one.
    OperationIdAdded "operation-id-added" [6] (None Major) <> OperationIdRemoved;
    /// An operation that had an id and has none.
    OperationIdRemoved "operation-id-removed" [6] (None Major) <> OperationIdAdded;
    /// An operation that has a tag more; the policy, not the tag, files it.
    OperationTagAdded "operation-tag-added" [7] (None Patch) <> OperationTagRemoved;
    /// An operation that has a tag less.
    OperationTagRemoved "operation-tag-removed" [7] (None Patch) <> OperationTagAdded;
    /// An operation that became deprecated.
    OperationDeprecated "operation-deprecated" [8] (None Minor) <> OperationReactivated;
    /// An operation that is no longer deprecated.
    OperationReactivated "operation-reactivated" [9] (None Patch) <> OperationDeprecated;
    /// The server that is used by default, and compiled in, is another.
    ServerChanged "server-changed" [11] (Risky Patch) <> ServerChanged;
    /// Another server can be used.
    ServerAdded "server-added" [11] (Compatible Patch) <> ServerRemoved;
    /// A server that was not the default is gone.
    ServerRemoved "server-removed" [11] (Risky Patch) <> ServerAdded;
    /// A part of the URL that the server said and the paths say now, or the reverse.
    BasePathMoved "base-path-moved" [3, 11] (None Patch) <> BasePathMoved;
    /// What the service calls at its clients' side changed; a caller's crate has none of it.
    CallbackChanged "callback-changed" [12] (None Patch) <> CallbackChanged;

    /// A required parameter that was not there before.
    RequiredParameterAdded "required-parameter-added" [13] (Breaking Major) <> RequiredParameterRemoved;
    /// A required parameter that is gone.
    RequiredParameterRemoved "required-parameter-removed" [16] (Risky Major) <> RequiredParameterAdded;
    /// An optional parameter that was not there before.
    OptionalParameterAdded "optional-parameter-added" [14] (Compatible Minor) <> OptionalParameterRemoved;
    /// An optional parameter that is gone.
    OptionalParameterRemoved "optional-parameter-removed" [16] (Risky Major) <> OptionalParameterAdded;
    /// A path parameter that was not there before.
    PathParameterAdded "path-parameter-added" [15] (Breaking Major) <> PathParameterRemoved;
    /// A path parameter that is gone.
    PathParameterRemoved "path-parameter-removed" [16] (Breaking Major) <> PathParameterAdded;
    /// A required parameter that has another name.
    RequiredParameterRenamed "required-parameter-renamed" [17] (Breaking Major) <> RequiredParameterRenamed;
    /// An optional parameter that has another name.
    OptionalParameterRenamed "optional-parameter-renamed" [17] (Risky Major) <> OptionalParameterRenamed;
    /// A parameter that is sent at another place: query, header, cookie, path or form.
    ParameterMoved "parameter-moved" [18] (Breaking Patch) <> ParameterMoved;
    /// An optional parameter that became required: a setter became an argument.
    ParameterBecameRequired "parameter-became-required" [19] (Breaking Major) <> ParameterBecameOptional;
    /// A required parameter that became optional: an argument became a setter.
    ParameterBecameOptional "parameter-became-optional" [20] (None Major) <> ParameterBecameRequired;
    /// A parameter that is written another way: style, explode, in a media type.
    ParameterSerializationChanged "parameter-serialization-changed" [31] (Breaking Patch) <> ParameterSerializationChanged;
    /// A parameter that may be written in ways in which it could not: empty, with reserved characters.
    ParameterSerializationLoosened "parameter-serialization-loosened" [31] (None Patch) <> ParameterSerializationTightened;
    /// A parameter that may not be written in ways in which it could: empty, with reserved characters.
    ParameterSerializationTightened "parameter-serialization-tightened" [31] (Breaking Patch) <> ParameterSerializationLoosened;
    /// A parameter that became deprecated.
    ParameterDeprecated "parameter-deprecated" [32] (None Minor) <> ParameterReactivated;
    /// A parameter that is no longer deprecated.
    ParameterReactivated "parameter-reactivated" [32] (None Patch) <> ParameterDeprecated;

    /// A required request body where there was none.
    RequiredBodyAdded "required-body-added" [34] (Breaking Major) <> RequiredBodyRemoved;
    /// A required request body that is gone.
    RequiredBodyRemoved "required-body-removed" [36] (Risky Major) <> RequiredBodyAdded;
    /// An optional request body where there was none.
    OptionalBodyAdded "optional-body-added" [35] (Compatible Minor) <> OptionalBodyRemoved;
    /// An optional request body that is gone.
    OptionalBodyRemoved "optional-body-removed" [36] (Risky Major) <> OptionalBodyAdded;
    /// A request body that became required.
    BodyBecameRequired "body-became-required" [37] (Breaking Major) <> BodyBecameOptional;
    /// A request body that became optional.
    BodyBecameOptional "body-became-optional" [37] (None Major) <> BodyBecameRequired;
    /// A media type more in which a request can be sent.
    RequestMediaTypeAdded "request-media-type-added" [38] (Compatible Minor) <> RequestMediaTypeRemoved | SpareRequestMediaTypeRemoved;
    /// The media type in which clients send a request is gone.
    RequestMediaTypeRemoved "request-media-type-removed" [38] (Breaking Major) <> RequestMediaTypeAdded;
    /// A media type in which this client does not send a request is gone.
    SpareRequestMediaTypeRemoved "spare-request-media-type-removed" [38] (None Patch) <> RequestMediaTypeAdded;
    /// A media type has another name, and nothing else changed.
    MediaTypeRenamed "media-type-renamed" [38, 59] (Risky Patch) <> MediaTypeRenamed;
    /// A body of which nothing was said has a schema.
    BodySchemaAdded "body-schema-added" [39, 60] (Risky Major) / (None Major) <> BodySchemaRemoved;
    /// A body of which nothing is said any more.
    BodySchemaRemoved "body-schema-removed" [39, 60] (None Major) / (Risky Major) <> BodySchemaAdded;
    /// The fields of a form are written another way.
    BodyEncodingChanged "body-encoding-changed" [31] (Breaking Patch) <> BodyEncodingChanged;

    /// A required property that was not there before.
    RequiredPropertyAdded "required-property-added" [40, 61] (Breaking Major) / (Compatible Minor) <> RequiredPropertyRemoved;
    /// A required property that was not there before, and has a default for those who omit it.
    DefaultedPropertyAdded "defaulted-property-added" [40, 61] (Risky Major) / (Compatible Minor) <> RequiredPropertyRemoved;
    /// A required property that is gone.
    RequiredPropertyRemoved "required-property-removed" [42, 62] (Risky Major) / (Breaking Major) <> RequiredPropertyAdded | DefaultedPropertyAdded;
    /// An optional property that was not there before.
    OptionalPropertyAdded "optional-property-added" [41, 61] (Compatible Minor) <> OptionalPropertyRemoved;
    /// An optional property that is gone.
    OptionalPropertyRemoved "optional-property-removed" [42, 63] (Risky Major) / (None Major) <> OptionalPropertyAdded;
    /// A required property that has another name.
    RequiredPropertyRenamed "required-property-renamed" [42, 62] (Breaking Major) <> RequiredPropertyRenamed;
    /// An optional property that has another name; programs read it as absent.
    OptionalPropertyRenamed "optional-property-renamed" [42, 63] (Risky Major) <> OptionalPropertyRenamed;
    /// An optional property that became required.
    PropertyBecameRequired "property-became-required" [43, 65] (Breaking Major) / (None Major) <> PropertyBecameOptional;
    /// A required property that became optional.
    PropertyBecameOptional "property-became-optional" [43, 64] (None Major) / (Breaking Major) <> PropertyBecameRequired;
    /// A value of another type.
    TypeChanged "type-changed" [21, 44, 68] (Breaking Major) <> TypeChanged;
    /// A value whose type allows all that it did, and more.
    TypeWidened "type-widened" [21, 22, 44, 52, 68, 76] (None Major) / (Breaking Major) <> TypeNarrowed | AdditionalPropertiesAdded;
    /// A value whose type allows less than it did.
    TypeNarrowed "type-narrowed" [21, 22, 44, 52, 69, 76] (Breaking Major) / (None Major) <> TypeWidened;
    /// A number of more bits.
    NumberWidened "number-widened" [44, 70] (None Major) / (Risky Major) <> NumberNarrowed;
    /// A number of fewer bits.
    NumberNarrowed "number-narrowed" [44, 70] (Risky Major) / (None Major) <> NumberWidened;
    /// A format that has no type of its own; programs may still count on it.
    FormatChanged "format-changed" [44, 69] (Risky Patch) <> FormatChanged;
    /// A value that may be null and could not.
    BecameNullable "became-nullable" [27, 45, 66] (None Major) / (Breaking Major) <> BecameNotNullable;
    /// A value that may not be null any more.
    BecameNotNullable "became-not-nullable" [27, 45, 67] (Breaking Major) / (None Major) <> BecameNullable;
    /// A value that may be null, only where it could be absent before: an `Option` either way.
    OptionalBecameNullable "optional-became-nullable" [27, 45, 66] (None Patch) <> OptionalBecameNotNullable;
    /// A value that may not be null any more, only where it can be absent; clients send no null.
    OptionalBecameNotNullable "optional-became-not-nullable" [27, 45, 67] (None Patch) <> OptionalBecameNullable;
    /// An enum that has values more.
    EnumValueAdded "enum-value-added" [23, 46, 47, 71, 73] (Compatible Minor) <> EnumValueRemoved;
    /// An enum that has values less.
    EnumValueRemoved "enum-value-removed" [24, 46, 47, 72, 73] (Breaking Major) / (None Major) <> EnumValueAdded;
    /// A value of which all were allowed, and only some are.
    EnumAdded "enum-added" [25, 46, 47, 73] (Risky Major) / (None Major) <> EnumDropped;
    /// A value of which only some were allowed, and all are; open enums take them.
    EnumDropped "enum-dropped" [25, 46, 47, 73] (None Major) <> EnumAdded;
    /// What an omitted value means is another.
    DefaultChanged "default-changed" [26, 48, 80] (Risky Patch) / (None Patch) <> DefaultChanged;
    /// A limit that allows less.
    LimitTightened "limit-tightened" [28, 49, 79, 83] (Risky Patch) / (None Patch) <> LimitLoosened;
    /// A limit that allows more.
    LimitLoosened "limit-loosened" [29, 49, 79, 83] (None Patch) <> LimitTightened;
    /// A limit that allows other values.
    LimitChanged "limit-changed" [28, 49, 79, 83] (Risky Patch) / (None Patch) <> LimitChanged;
    /// A pattern where there was none.
    PatternAdded "pattern-added" [30, 49, 79] (Risky Patch) / (None Patch) <> PatternRemoved;
    /// A pattern that is gone, or allows everything.
    PatternRemoved "pattern-removed" [30, 49, 79] (None Patch) <> PatternAdded;
    /// Another pattern.
    PatternChanged "pattern-changed" [30, 49, 79] (Risky Patch) / (None Patch) <> PatternChanged;
    /// A union that has a member more.
    UnionMemberAdded "union-member-added" [50, 74, 77] (Compatible Minor) <> UnionMemberRemoved;
    /// A union that has a member less.
    UnionMemberRemoved "union-member-removed" [50, 75, 77] (Breaking Major) / (None Major) <> UnionMemberAdded;
    /// A value that became one of several.
    BecameUnion "became-union" [52, 76] (None Major) / (Breaking Major) <> NoLongerUnion;
    /// A value that was one of several and is no longer.
    NoLongerUnion "no-longer-union" [52, 76] (Breaking Major) / (None Major) <> BecameUnion;
    /// A union of which one member holds became one of which several may, or the reverse.
    UnionKindChanged "union-kind-changed" [50, 74] (None Patch) <> UnionKindChanged;
    /// The property that tells the members of a union apart is another, new or gone.
    DiscriminatorChanged "discriminator-changed" [53, 77] (Breaking Major) <> DiscriminatorChanged;
    /// A member of a union is told by another value.
    DiscriminatorMappingChanged "discriminator-mapping-changed" [53, 77] (Breaking Major) <> DiscriminatorMappingChanged;
    /// A member of a union is told by another value as well; what is not known is kept.
    DiscriminatorValueAdded "discriminator-value-added" [53, 77] (Compatible Minor) <> DiscriminatorValueRemoved;
    /// A member of a union is no longer told by one of its values.
    DiscriminatorValueRemoved "discriminator-value-removed" [53, 77] (Breaking Major) / (None Major) <> DiscriminatorValueAdded;
    /// A value that requests no longer hold.
    BecameReadOnly "became-read-only" [54] (Risky Patch) / (None Patch) <> BecameNotReadOnly;
    /// A value that requests may hold, or must if it is required.
    BecameNotReadOnly "became-not-read-only" [54] (Risky Patch) / (None Patch) <> BecameReadOnly;
    /// A value that responses no longer hold.
    BecameWriteOnly "became-write-only" [54] (None Patch) / (Risky Patch) <> BecameNotWriteOnly;
    /// A value that responses always held, and no longer do.
    RequiredBecameWriteOnly "required-became-write-only" [54] (None Patch) / (Breaking Patch) <> BecameNotWriteOnly;
    /// A value that responses hold as well.
    BecameNotWriteOnly "became-not-write-only" [54] (None Patch) <> BecameWriteOnly | RequiredBecameWriteOnly;
    /// An object that may hold properties, or values of a type, that are not listed.
    AdditionalPropertiesAdded "additional-properties-added" [82] (None Minor) <> AdditionalPropertiesRemoved | TypeWidened;
    /// An object that holds only what is listed, or of whose other properties nothing is said.
    AdditionalPropertiesRemoved "additional-properties-removed" [82] (None Major) <> AdditionalPropertiesAdded;
    /// An object of any properties of which some are listed now: a map became a struct.
    PropertiesListed "properties-listed" [82] (None Major) <> PropertiesUnlisted;
    /// An object of which some properties were listed, and that may have any now: a struct became a map.
    PropertiesUnlisted "properties-unlisted" [82] (None Major) <> PropertiesListed;
    /// A value that became deprecated.
    SchemaDeprecated "schema-deprecated" [32] (None Minor) <> SchemaReactivated;
    /// A value that is no longer deprecated.
    SchemaReactivated "schema-reactivated" [32] (None Patch) <> SchemaDeprecated;
    /// A component schema that has another name, after which its model is named.
    ComponentRenamed "component-renamed" [89] (None Major) <> ComponentRenamed;
    /// A place that refers to another component; both components are in both documents.
    ReferenceChanged "reference-changed" [90] (None Major) <> ReferenceChanged;

    /// A success that was not documented before.
    SuccessStatusAdded "success-status-added" [56] (Risky Minor) <> SuccessStatusRemoved;
    /// A success that is no longer documented.
    SuccessStatusRemoved "success-status-removed" [55] (Risky Major) <> SuccessStatusAdded;
    /// A success that has another status; clients take any that begins with 2.
    SuccessStatusChanged "success-status-changed" [55, 56] (Risky Patch) <> SuccessStatusChanged;
    /// An error that was not documented before; one type reads all errors.
    ErrorStatusAdded "error-status-added" [57] (None Patch) <> ErrorStatusRemoved;
    /// An error that is no longer documented.
    ErrorStatusRemoved "error-status-removed" [57] (None Patch) <> ErrorStatusAdded;
    /// An answer for all statuses that are not listed.
    DefaultResponseAdded "default-response-added" [58] (None Patch) <> DefaultResponseRemoved;
    /// No answer any more for the statuses that are not listed.
    DefaultResponseRemoved "default-response-removed" [58] (Risky Patch) <> DefaultResponseAdded;
    /// A media type more in which a response can come.
    ResponseMediaTypeAdded "response-media-type-added" [59] (Risky Minor) <> ResponseMediaTypeRemoved | SpareResponseMediaTypeRemoved;
    /// The media type that clients read is gone.
    ResponseMediaTypeRemoved "response-media-type-removed" [59] (Breaking Major) <> ResponseMediaTypeAdded;
    /// A media type that this client does not read is gone.
    SpareResponseMediaTypeRemoved "spare-response-media-type-removed" [59] (None Patch) <> ResponseMediaTypeAdded;
    /// A response that had no body has one.
    ResponseBodyAdded "response-body-added" [60] (None Major) <> ResponseBodyRemoved;
    /// A response that had a body has none.
    ResponseBodyRemoved "response-body-removed" [60] (Breaking Major) <> ResponseBodyAdded;
    /// A header of a response that was not there before; headers have no types in the crate.
    HeaderAdded "header-added" [81] (Compatible Patch) <> HeaderRemoved;
    /// A header of a response that is gone.
    HeaderRemoved "header-removed" [81] (None Patch) <> HeaderAdded;
    /// A header of a response that became required.
    HeaderBecameRequired "header-became-required" [81] (None Patch) <> HeaderBecameOptional;
    /// A header of a response that became optional.
    HeaderBecameOptional "header-became-optional" [81] (None Patch) <> HeaderBecameRequired;

    /// Credentials are wanted that were not, of a kind that no program has.
    SecurityAdded "security-added" [84] (Breaking Patch) <> SecurityRemoved;
    /// Credentials are wanted that were not; clients that have them send them always.
    KnownSecurityAdded "known-security-added" [84] (Risky Patch) <> SecurityRemoved;
    /// Credentials that were wanted no longer are, and no others.
    SecurityRemoved "security-removed" [85] (None Patch) <> SecurityAdded | KnownSecurityAdded;
    /// Other credentials are wanted, none of those that were taken.
    SecurityChanged "security-changed" [84, 85] (Breaking Patch) <> SecurityChanged;
    /// Other credentials are taken as well.
    SecurityAlternativeAdded "security-alternative-added" [85] (Compatible Patch) <> SecurityAlternativeRemoved;
    /// Some of the credentials that were taken no longer are.
    SecurityAlternativeRemoved "security-alternative-removed" [84] (Risky Patch) <> SecurityAlternativeAdded;
    /// A scope more is wanted.
    SecurityScopeAdded "security-scope-added" [86] (Risky Patch) <> SecurityScopeRemoved;
    /// A scope less is wanted.
    SecurityScopeRemoved "security-scope-removed" [86] (None Patch) <> SecurityScopeAdded;
    /// A way to authenticate that is of another kind, or sends its credentials elsewhere.
    SecuritySchemeChanged "security-scheme-changed" [87] (Breaking Major) <> SecuritySchemeChanged;
    /// A URL of an account server, which programs have compiled in.
    SecurityUrlChanged "security-url-changed" [87] (Risky Patch) <> SecurityUrlChanged;
    /// A way more to get a token.
    OauthFlowAdded "oauth-flow-added" [87] (Compatible Minor) <> OauthFlowRemoved;
    /// A way less to get a token.
    OauthFlowRemoved "oauth-flow-removed" [87] (Risky Major) <> OauthFlowAdded;
    /// A scope more can be asked for.
    OauthScopeAdded "oauth-scope-added" [86] (None Patch) <> OauthScopeRemoved;
    /// A scope less can be asked for.
    OauthScopeRemoved "oauth-scope-removed" [86] (Risky Patch) <> OauthScopeAdded;
    /// A way to authenticate that was not there before.
    SecuritySchemeAdded "security-scheme-added" [88] (None Minor) <> SecuritySchemeRemoved;
    /// A way to authenticate that is gone.
    SecuritySchemeRemoved "security-scheme-removed" [88] (Risky Major) <> SecuritySchemeAdded;

    /// A way to authenticate that has another name; no name of one is in the crate.
    SecuritySchemeRenamed "security-scheme-renamed" [89] (None Patch) <> SecuritySchemeRenamed;

    /// Words, examples and links for readers; titles too, which name nothing in the crate.
    DocumentationChanged "documentation-changed" [92, 93] (None Patch) <> DocumentationChanged;
    /// The version that the document gives its API.
    VersionChanged "version-changed" [94] (None Patch) <> VersionChanged;
    /// A vendor's extension, of which the crate reads none.
    ExtensionChanged "extension-changed" [10, 96] (None Patch) <> ExtensionChanged;
    /// A public item of the crate that changed, and of which no finding tells: the witness speaks.
    RustSurfaceChanged "rust-surface-changed" [91, 97, 98] (None Major) <> RustSurfaceChanged;
    /// A change that no rule knows. The generator knows no such keyword, so the source stays.
    Unclassified "unclassified" [99] (Risky Patch) <> Unclassified;
}

impl ChangeKind {
    /// The id, as in `operation-added`.
    pub fn id(self) -> &'static str {
        self.row().id
    }

    /// The class of the same change where a value can be absent in all places that hold it.
    #[must_use]
    pub fn where_optional(self) -> Self {
        match self {
            Self::BecameNullable => Self::OptionalBecameNullable,
            Self::BecameNotNullable => Self::OptionalBecameNotNullable,
            Self::RequiredBecameWriteOnly => Self::BecameWriteOnly,
            other => other,
        }
    }
}

impl fmt::Display for ChangeKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.id())
    }
}

impl Serialize for ChangeKind {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.id())
    }
}
