//! The kinds of change, each with its verdicts.
//!
//! This table is the only place that assigns verdicts; all other code recognises changes. A verdict
//! is for the client that this project generates. The client ignores unknown fields, keeps unknown
//! enum values and union members, reads `null` as an absent value, and reports an undocumented
//! status as a typed error. In its source code, required values are arguments, optional values are
//! setters, models are `#[non_exhaustive]`, and limits, patterns and all formats but `date-time` are
//! documentation.
//!
//! `[rows]` (`verdict_rows`) are row numbers of the table in `drift/VERDICTS.md`, which also explains
//! where a verdict differs from the one that the author of the service would give.

use std::fmt;

use serde::{Serialize, Serializer};

use crate::verdict::SourceVerdict::{Major, Minor, Patch};
use crate::verdict::Verdict;
use crate::verdict::WireVerdict::{Breaking, Compatible, None, Risky};

/// The table row of one change kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Definition {
    /// The id, for example `operation-added`.
    pub id: &'static str,
    /// The description, one sentence.
    pub title: &'static str,
    /// The rows of the table in `drift/VERDICTS.md` that the kind covers.
    pub verdict_rows: &'static [u8],
    /// The verdict if a request contains the changed element.
    pub request: Verdict,
    /// The verdict if a response contains the changed element.
    pub response: Verdict,
    /// The possible kinds of the same change when base and revision are swapped.
    pub mirrors: &'static [ChangeKind],
}

/// Defines the change kinds.
///
/// A row is `Kind "id" [rows] (request) / (response) <> kinds`: the verdicts for a request and for a
/// response, then the kinds of the same change when base and revision are swapped. Without the part
/// after `/`, the first verdict applies to responses as well.
macro_rules! change_kinds {
    ($(#[doc = $title:literal] $kind:ident $id:literal $rows:tt
        ($($request:ident)+) $(/ ($($response:ident)+))? <> $($mirror:ident)|+;)+) => {
        /// A kind of change. Its id is stable: acceptances and other tools refer to it.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[non_exhaustive]
        pub enum ChangeKind { $(#[doc = $title] $kind,)+ }

        impl ChangeKind {
            /// All kinds.
            pub const ALL: &[Self] = &[$(Self::$kind),+];

            /// Returns the table row of the kind.
            pub fn definition(self) -> Definition {
                match self {
                    $(Self::$kind => {
                        let [request, response] = verdicts!($($request)+ $(/ $($response)+)?);
                        let mirrors: &'static [Self] = &[$(Self::$mirror),+];

                        Definition {
                            id: $id,
                            title: $title.trim_ascii(),
                            verdict_rows: &$rows,
                            request,
                            response,
                            mirrors,
                        }
                    })+
                }
            }
        }
    };
}

macro_rules! verdicts {
    ($wire:ident $source:ident) => {
        [Verdict { wire: $wire, source: $source }, Verdict { wire: $wire, source: $source }]
    };
    ($wire:ident $source:ident / $response_wire:ident $response_source:ident) => {
        [
            Verdict { wire: $wire, source: $source },
            Verdict { wire: $response_wire, source: $response_source },
        ]
    };
}

change_kinds! {
    /// A new operation.
    OperationAdded "operation-added" [1] (Compatible Minor) <> OperationRemoved;
    /// A removed operation.
    OperationRemoved "operation-removed" [2] (Breaking Major) <> OperationAdded;
    /// An operation with another path.
    OperationMoved "operation-moved" [3] (Breaking Patch) <> OperationMoved;
    /// An operation with another HTTP method.
    OperationMethodChanged "operation-method-changed" [4] (Breaking Patch) <> OperationMethodChanged;
    /// A renamed path parameter; it is a positional argument, so the name does not matter.
    PathParameterRenamed "path-parameter-renamed" [5] (None Patch) <> PathParameterRenamed;
    /// An operation with another `operationId`, which names its method.
    OperationIdChanged "operation-id-changed" [6] (None Major) <> OperationIdChanged;
    /// An operation that gained an `operationId`.
    OperationIdAdded "operation-id-added" [6] (None Major) <> OperationIdRemoved;
    /// An operation that lost its `operationId`.
    OperationIdRemoved "operation-id-removed" [6] (None Major) <> OperationIdAdded;
    /// An operation with an additional tag; the policy, not the tag, groups operations.
    OperationTagAdded "operation-tag-added" [7] (None Patch) <> OperationTagRemoved;
    /// An operation from which a tag was removed.
    OperationTagRemoved "operation-tag-removed" [7] (None Patch) <> OperationTagAdded;
    /// An operation that became deprecated.
    OperationDeprecated "operation-deprecated" [8] (None Minor) <> OperationReactivated;
    /// An operation that is no longer deprecated.
    OperationReactivated "operation-reactivated" [9] (None Patch) <> OperationDeprecated;
    /// Another default server; its URL is compiled into programs.
    ServerChanged "server-changed" [11] (Risky Patch) <> ServerChanged;
    /// An additional server.
    ServerAdded "server-added" [11] (Compatible Patch) <> ServerRemoved;
    /// A removed server that was not the default.
    ServerRemoved "server-removed" [11] (Risky Patch) <> ServerAdded;
    /// A part of the URL that moved from the server to the paths, or back.
    BasePathMoved "base-path-moved" [3, 11] (None Patch) <> BasePathMoved;
    /// A callback or webhook changed; the crate has no code for either.
    CallbackChanged "callback-changed" [12] (None Patch) <> CallbackChanged;

    /// A new required parameter.
    RequiredParameterAdded "required-parameter-added" [13] (Breaking Major) <> RequiredParameterRemoved;
    /// A removed required parameter.
    RequiredParameterRemoved "required-parameter-removed" [16] (Risky Major) <> RequiredParameterAdded;
    /// A new optional parameter.
    OptionalParameterAdded "optional-parameter-added" [14] (Compatible Minor) <> OptionalParameterRemoved;
    /// A removed optional parameter.
    OptionalParameterRemoved "optional-parameter-removed" [16] (Risky Major) <> OptionalParameterAdded;
    /// A new path parameter.
    PathParameterAdded "path-parameter-added" [15] (Breaking Major) <> PathParameterRemoved;
    /// A removed path parameter.
    PathParameterRemoved "path-parameter-removed" [16] (Breaking Major) <> PathParameterAdded;
    /// A renamed required parameter.
    RequiredParameterRenamed "required-parameter-renamed" [17] (Breaking Major) <> RequiredParameterRenamed;
    /// A renamed optional parameter.
    OptionalParameterRenamed "optional-parameter-renamed" [17] (Risky Major) <> OptionalParameterRenamed;
    /// A parameter with another location: query, header, cookie, path or form.
    ParameterMoved "parameter-moved" [18] (Breaking Patch) <> ParameterMoved;
    /// An optional parameter that became required: a setter becomes an argument.
    ParameterBecameRequired "parameter-became-required" [19] (Breaking Major) <> ParameterBecameOptional;
    /// A required parameter that became optional: an argument becomes a setter.
    ParameterBecameOptional "parameter-became-optional" [20] (None Major) <> ParameterBecameRequired;
    /// A parameter with another serialization: style, explode, media type.
    ParameterSerializationChanged "parameter-serialization-changed" [31] (Breaking Patch) <> ParameterSerializationChanged;
    /// A parameter that now allows an empty value or unescaped reserved characters.
    ParameterSerializationLoosened "parameter-serialization-loosened" [31] (None Patch) <> ParameterSerializationTightened;
    /// A parameter that no longer allows an empty value or unescaped reserved characters.
    ParameterSerializationTightened "parameter-serialization-tightened" [31] (Breaking Patch) <> ParameterSerializationLoosened;
    /// A parameter that became deprecated.
    ParameterDeprecated "parameter-deprecated" [32] (None Minor) <> ParameterReactivated;
    /// A parameter that is no longer deprecated.
    ParameterReactivated "parameter-reactivated" [32] (None Patch) <> ParameterDeprecated;

    /// A new required request body.
    RequiredBodyAdded "required-body-added" [34] (Breaking Major) <> RequiredBodyRemoved;
    /// A removed required request body.
    RequiredBodyRemoved "required-body-removed" [36] (Risky Major) <> RequiredBodyAdded;
    /// A new optional request body.
    OptionalBodyAdded "optional-body-added" [35] (Compatible Minor) <> OptionalBodyRemoved;
    /// A removed optional request body.
    OptionalBodyRemoved "optional-body-removed" [36] (Risky Major) <> OptionalBodyAdded;
    /// A request body that became required.
    BodyBecameRequired "body-became-required" [37] (Breaking Major) <> BodyBecameOptional;
    /// A request body that became optional.
    BodyBecameOptional "body-became-optional" [37] (None Major) <> BodyBecameRequired;
    /// An additional media type for a request body.
    RequestMediaTypeAdded "request-media-type-added" [38] (Compatible Minor) <> RequestMediaTypeRemoved | SpareRequestMediaTypeRemoved;
    /// A removed media type that clients use to send a request body.
    RequestMediaTypeRemoved "request-media-type-removed" [38] (Breaking Major) <> RequestMediaTypeAdded;
    /// A removed media type that this client does not use to send a request body.
    SpareRequestMediaTypeRemoved "spare-request-media-type-removed" [38] (None Patch) <> RequestMediaTypeAdded;
    /// A renamed media type, otherwise unchanged.
    MediaTypeRenamed "media-type-renamed" [38, 59] (Risky Patch) <> MediaTypeRenamed;
    /// A body that gained a schema.
    BodySchemaAdded "body-schema-added" [39, 60] (Risky Major) / (None Major) <> BodySchemaRemoved;
    /// A body that lost its schema.
    BodySchemaRemoved "body-schema-removed" [39, 60] (None Major) / (Risky Major) <> BodySchemaAdded;
    /// A form field with another encoding.
    BodyEncodingChanged "body-encoding-changed" [31] (Breaking Patch) <> BodyEncodingChanged;

    /// A new required property.
    RequiredPropertyAdded "required-property-added" [40, 61] (Breaking Major) / (Compatible Minor) <> RequiredPropertyRemoved;
    /// A new required property with a default for clients that omit it.
    DefaultedPropertyAdded "defaulted-property-added" [40, 61] (Risky Major) / (Compatible Minor) <> RequiredPropertyRemoved;
    /// A removed required property.
    RequiredPropertyRemoved "required-property-removed" [42, 62] (Risky Major) / (Breaking Major) <> RequiredPropertyAdded | DefaultedPropertyAdded;
    /// A new optional property.
    OptionalPropertyAdded "optional-property-added" [41, 61] (Compatible Minor) <> OptionalPropertyRemoved;
    /// A removed optional property.
    OptionalPropertyRemoved "optional-property-removed" [42, 63] (Risky Major) / (None Major) <> OptionalPropertyAdded;
    /// A renamed required property.
    RequiredPropertyRenamed "required-property-renamed" [42, 62] (Breaking Major) <> RequiredPropertyRenamed;
    /// A renamed optional property; programs read it as absent.
    OptionalPropertyRenamed "optional-property-renamed" [42, 63] (Risky Major) <> OptionalPropertyRenamed;
    /// An optional property that became required.
    PropertyBecameRequired "property-became-required" [43, 65] (Breaking Major) / (None Major) <> PropertyBecameOptional;
    /// A required property that became optional.
    PropertyBecameOptional "property-became-optional" [43, 64] (None Major) / (Breaking Major) <> PropertyBecameRequired;
    /// A value of another type.
    TypeChanged "type-changed" [21, 44, 68] (Breaking Major) <> TypeChanged;
    /// A value whose type allows everything it allowed before, and more.
    TypeWidened "type-widened" [21, 22, 44, 52, 68, 76] (None Major) / (Breaking Major) <> TypeNarrowed | AdditionalPropertiesAdded;
    /// A value whose type allows less than before.
    TypeNarrowed "type-narrowed" [21, 22, 44, 52, 69, 76] (Breaking Major) / (None Major) <> TypeWidened;
    /// A number with more bits.
    NumberWidened "number-widened" [44, 70] (None Major) / (Risky Major) <> NumberNarrowed;
    /// A number with fewer bits.
    NumberNarrowed "number-narrowed" [44, 70] (Risky Major) / (None Major) <> NumberWidened;
    /// Another format that has no Rust type; programs may still rely on it.
    FormatChanged "format-changed" [44, 69] (Risky Patch) <> FormatChanged;
    /// A value that became nullable.
    BecameNullable "became-nullable" [27, 45, 66] (None Major) / (Breaking Major) <> BecameNotNullable;
    /// A value that is no longer nullable.
    BecameNotNullable "became-not-nullable" [27, 45, 67] (Breaking Major) / (None Major) <> BecameNullable;
    /// An optional value that became nullable: an `Option` before and after.
    OptionalBecameNullable "optional-became-nullable" [27, 45, 66] (None Patch) <> OptionalBecameNotNullable;
    /// An optional value that is no longer nullable; clients never send `null`.
    OptionalBecameNotNullable "optional-became-not-nullable" [27, 45, 67] (None Patch) <> OptionalBecameNullable;
    /// An enum with additional values.
    EnumValueAdded "enum-value-added" [23, 46, 47, 71, 73] (Compatible Minor) <> EnumValueRemoved;
    /// An enum with removed values.
    EnumValueRemoved "enum-value-removed" [24, 46, 47, 72, 73] (Breaking Major) / (None Major) <> EnumValueAdded;
    /// A value that became restricted to an enum.
    EnumAdded "enum-added" [25, 46, 47, 73] (Risky Major) / (None Major) <> EnumDropped;
    /// A value that is no longer restricted to an enum; open enums accept any value.
    EnumDropped "enum-dropped" [25, 46, 47, 73] (None Major) <> EnumAdded;
    /// Another default for an omitted value.
    DefaultChanged "default-changed" [26, 48, 80] (Risky Patch) / (None Patch) <> DefaultChanged;
    /// A limit that allows less.
    LimitTightened "limit-tightened" [28, 49, 79, 83] (Risky Patch) / (None Patch) <> LimitLoosened;
    /// A limit that allows more.
    LimitLoosened "limit-loosened" [29, 49, 79, 83] (None Patch) <> LimitTightened;
    /// A limit that allows other values, neither fewer nor more.
    LimitChanged "limit-changed" [28, 49, 79, 83] (Risky Patch) / (None Patch) <> LimitChanged;
    /// A new pattern.
    PatternAdded "pattern-added" [30, 49, 79] (Risky Patch) / (None Patch) <> PatternRemoved;
    /// A removed pattern, or one that now allows everything.
    PatternRemoved "pattern-removed" [30, 49, 79] (None Patch) <> PatternAdded;
    /// Another pattern.
    PatternChanged "pattern-changed" [30, 49, 79] (Risky Patch) / (None Patch) <> PatternChanged;
    /// A union with an additional member.
    UnionMemberAdded "union-member-added" [50, 74, 77] (Compatible Minor) <> UnionMemberRemoved;
    /// A union with a removed member.
    UnionMemberRemoved "union-member-removed" [50, 75, 77] (Breaking Major) / (None Major) <> UnionMemberAdded;
    /// A value that became a union.
    BecameUnion "became-union" [52, 76] (None Major) / (Breaking Major) <> NoLongerUnion;
    /// A value that is no longer a union.
    NoLongerUnion "no-longer-union" [52, 76] (Breaking Major) / (None Major) <> BecameUnion;
    /// A union that changed from `oneOf` to `anyOf`, or back.
    UnionKindChanged "union-kind-changed" [50, 74] (None Patch) <> UnionKindChanged;
    /// An added, removed or replaced discriminator property.
    DiscriminatorChanged "discriminator-changed" [53, 77] (Breaking Major) <> DiscriminatorChanged;
    /// A union member with another discriminator value.
    DiscriminatorMappingChanged "discriminator-mapping-changed" [53, 77] (Breaking Major) <> DiscriminatorMappingChanged;
    /// A union member with an additional discriminator value; clients keep unknown values.
    DiscriminatorValueAdded "discriminator-value-added" [53, 77] (Compatible Minor) <> DiscriminatorValueRemoved;
    /// A union member with a discriminator value less.
    DiscriminatorValueRemoved "discriminator-value-removed" [53, 77] (Breaking Major) / (None Major) <> DiscriminatorValueAdded;
    /// A value that requests no longer contain.
    BecameReadOnly "became-read-only" [54] (Risky Patch) / (None Patch) <> BecameNotReadOnly;
    /// A value that requests may contain, or must contain if it is required.
    BecameNotReadOnly "became-not-read-only" [54] (Risky Patch) / (None Patch) <> BecameReadOnly;
    /// A value that responses no longer contain.
    BecameWriteOnly "became-write-only" [54] (None Patch) / (Risky Patch) <> BecameNotWriteOnly;
    /// A required value that responses no longer contain.
    RequiredBecameWriteOnly "required-became-write-only" [54] (None Patch) / (Breaking Patch) <> BecameNotWriteOnly;
    /// A value that responses contain again.
    BecameNotWriteOnly "became-not-write-only" [54] (None Patch) <> BecameWriteOnly | RequiredBecameWriteOnly;
    /// An object that now allows unlisted properties, or values of a type for them.
    AdditionalPropertiesAdded "additional-properties-added" [82] (None Minor) <> AdditionalPropertiesRemoved | TypeWidened;
    /// An object that no longer allows unlisted properties, or no longer describes them.
    AdditionalPropertiesRemoved "additional-properties-removed" [82] (None Major) <> AdditionalPropertiesAdded;
    /// An object without listed properties that gained some: a map becomes a struct.
    PropertiesListed "properties-listed" [82] (None Major) <> PropertiesUnlisted;
    /// An object that lost its listed properties: a struct becomes a map.
    PropertiesUnlisted "properties-unlisted" [82] (None Major) <> PropertiesListed;
    /// A value that became deprecated.
    SchemaDeprecated "schema-deprecated" [32] (None Minor) <> SchemaReactivated;
    /// A value that is no longer deprecated.
    SchemaReactivated "schema-reactivated" [32] (None Patch) <> SchemaDeprecated;
    /// A renamed component schema, which names its model.
    ComponentRenamed "component-renamed" [89] (None Major) <> ComponentRenamed;
    /// A reference to another component; both components are in both documents.
    ReferenceChanged "reference-changed" [90] (None Major) <> ReferenceChanged;

    /// A newly documented success status.
    SuccessStatusAdded "success-status-added" [56] (Risky Minor) <> SuccessStatusRemoved;
    /// A success status that is no longer documented.
    SuccessStatusRemoved "success-status-removed" [55] (Risky Major) <> SuccessStatusAdded;
    /// Another success status; clients accept any 2xx.
    SuccessStatusChanged "success-status-changed" [55, 56] (Risky Patch) <> SuccessStatusChanged;
    /// A newly documented error status; one type represents all errors.
    ErrorStatusAdded "error-status-added" [57] (None Patch) <> ErrorStatusRemoved;
    /// An error status that is no longer documented.
    ErrorStatusRemoved "error-status-removed" [57] (None Patch) <> ErrorStatusAdded;
    /// A new default response for all statuses that are not listed.
    DefaultResponseAdded "default-response-added" [58] (None Patch) <> DefaultResponseRemoved;
    /// A removed default response for all statuses that are not listed.
    DefaultResponseRemoved "default-response-removed" [58] (Risky Patch) <> DefaultResponseAdded;
    /// An additional media type for a response body.
    ResponseMediaTypeAdded "response-media-type-added" [59] (Risky Minor) <> ResponseMediaTypeRemoved | SpareResponseMediaTypeRemoved;
    /// A removed media type that clients read.
    ResponseMediaTypeRemoved "response-media-type-removed" [59] (Breaking Major) <> ResponseMediaTypeAdded;
    /// A removed media type that this client does not read.
    SpareResponseMediaTypeRemoved "spare-response-media-type-removed" [59] (None Patch) <> ResponseMediaTypeAdded;
    /// A response that gained a body.
    ResponseBodyAdded "response-body-added" [60] (None Major) <> ResponseBodyRemoved;
    /// A response that lost its body.
    ResponseBodyRemoved "response-body-removed" [60] (Breaking Major) <> ResponseBodyAdded;
    /// A new response header; headers have no types in the crate.
    HeaderAdded "header-added" [81] (Compatible Patch) <> HeaderRemoved;
    /// A removed response header.
    HeaderRemoved "header-removed" [81] (None Patch) <> HeaderAdded;
    /// A response header that became required.
    HeaderBecameRequired "header-became-required" [81] (None Patch) <> HeaderBecameOptional;
    /// A response header that became optional.
    HeaderBecameOptional "header-became-optional" [81] (None Patch) <> HeaderBecameRequired;

    /// Newly required credentials of a kind that no program has.
    SecurityAdded "security-added" [84] (Breaking Patch) <> SecurityRemoved;
    /// Newly required credentials that clients already send with every request.
    KnownSecurityAdded "known-security-added" [84] (Risky Patch) <> SecurityRemoved;
    /// Credentials that are no longer required, without a replacement.
    SecurityRemoved "security-removed" [85] (None Patch) <> SecurityAdded | KnownSecurityAdded;
    /// Other required credentials; none of those accepted before.
    SecurityChanged "security-changed" [84, 85] (Breaking Patch) <> SecurityChanged;
    /// An additional accepted set of credentials.
    SecurityAlternativeAdded "security-alternative-added" [85] (Compatible Patch) <> SecurityAlternativeRemoved;
    /// A set of credentials that is no longer accepted.
    SecurityAlternativeRemoved "security-alternative-removed" [84] (Risky Patch) <> SecurityAlternativeAdded;
    /// An additional required scope.
    SecurityScopeAdded "security-scope-added" [86] (Risky Patch) <> SecurityScopeRemoved;
    /// A scope that is no longer required.
    SecurityScopeRemoved "security-scope-removed" [86] (None Patch) <> SecurityScopeAdded;
    /// A security scheme of another type, or with another location of its credentials.
    SecuritySchemeChanged "security-scheme-changed" [87] (Breaking Major) <> SecuritySchemeChanged;
    /// Another URL of an authorization server; programs have it compiled in.
    SecurityUrlChanged "security-url-changed" [87] (Risky Patch) <> SecurityUrlChanged;
    /// An additional OAuth flow.
    OauthFlowAdded "oauth-flow-added" [87] (Compatible Minor) <> OauthFlowRemoved;
    /// A removed OAuth flow.
    OauthFlowRemoved "oauth-flow-removed" [87] (Risky Major) <> OauthFlowAdded;
    /// A new OAuth scope.
    OauthScopeAdded "oauth-scope-added" [86] (None Patch) <> OauthScopeRemoved;
    /// A removed OAuth scope.
    OauthScopeRemoved "oauth-scope-removed" [86] (Risky Patch) <> OauthScopeAdded;
    /// A new security scheme.
    SecuritySchemeAdded "security-scheme-added" [88] (None Minor) <> SecuritySchemeRemoved;
    /// A removed security scheme.
    SecuritySchemeRemoved "security-scheme-removed" [88] (Risky Major) <> SecuritySchemeAdded;

    /// A renamed security scheme; the crate uses no scheme name.
    SecuritySchemeRenamed "security-scheme-renamed" [89] (None Patch) <> SecuritySchemeRenamed;

    /// Descriptions, examples and links; titles too, which name nothing in the crate.
    DocumentationChanged "documentation-changed" [92, 93] (None Patch) <> DocumentationChanged;
    /// Another version of the API.
    VersionChanged "version-changed" [94] (None Patch) <> VersionChanged;
    /// A vendor extension; the crate reads none.
    ExtensionChanged "extension-changed" [10, 96] (None Patch) <> ExtensionChanged;
    /// A public item of the crate changed, and no other finding explains it.
    PublicApiChanged "rust-surface-changed" [91, 97, 98] (None Major) <> PublicApiChanged;
    /// A change that no rule covers. The generator ignores the keyword, so the crate is the same.
    Unclassified "unclassified" [99] (Risky Patch) <> Unclassified;
}

impl ChangeKind {
    /// Returns the id, for example `operation-added`.
    pub fn id(self) -> &'static str {
        self.definition().id
    }

    /// Returns the kind of the same change for a value that is optional wherever it is used.
    #[must_use]
    pub fn for_optional_value(self) -> Self {
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
