#include "sql/source_schemas.h"

namespace dmp::sql {

namespace {

const char* const kAuthor =
    "STRUCT(orcid VARCHAR, first_initial VARCHAR, given_name VARCHAR, "
    "middle_initials VARCHAR, middle_names VARCHAR, surname VARCHAR, "
    "\"full\" VARCHAR)";
const char* const kOrganisations = "STRUCT(name VARCHAR, ror VARCHAR)[]";

std::string null_as(const std::string& type, const std::string& name) {
  return "NULL::" + type + " AS " + name;
}

std::string dates() {
  return "NULL::DATE AS publication_date, NULL::DATE AS publication_date_end, "
         "NULL::VARCHAR AS publication_date_precision, NULL::TIMESTAMP AS "
         "updated_date, NULL::VARCHAR AS publication_venue, NULL::VARCHAR AS "
         "language, NULL::UTINYINT AS doi_bucket";
}

std::string texts() {
  return "NULL::VARCHAR AS doi, NULL::VARCHAR AS title, NULL::VARCHAR AS "
         "abstract, NULL::VARCHAR AS work_type, " +
         dates();
}

}  // namespace

std::string empty_source(const std::string& variable) {
  const std::string authors = null_as(std::string(kAuthor) + "[]", "authors");
  if (variable == "openalex_works_path") {
    return "SELECT NULL::VARCHAR AS id, " + texts() + ", " + authors + ", " +
           null_as(
               "STRUCT(doi VARCHAR, mag VARCHAR, openalex VARCHAR, pmid "
               "VARCHAR, pmcid VARCHAR)",
               "ids") +
           ", " + null_as("BOOLEAN", "is_xpac") + ", " +
           null_as(kOrganisations, "institutions") + ", " +
           null_as("STRUCT(id VARCHAR, display_name VARCHAR, ror VARCHAR)[]",
                   "funders") +
           ", " +
           null_as(
               "STRUCT(id VARCHAR, display_name VARCHAR, funder_award_id "
               "VARCHAR, funder_id VARCHAR, funder_display_name VARCHAR, "
               "doi VARCHAR)[]",
               "awards");
  }
  if (variable == "crossref_metadata_path") {
    return "SELECT " + texts() + ", " + authors + ", " +
           null_as(kOrganisations, "institutions") + ", " +
           null_as("STRUCT(name VARCHAR, funder_doi VARCHAR, award VARCHAR)[]",
                   "funders") +
           ", " +
           null_as(
               "STRUCT(relation_type VARCHAR, relation_id VARCHAR, id_type "
               "VARCHAR, asserted_by VARCHAR)[]",
               "relations") +
           ", " + null_as(kOrganisations, "funder_rors");
  }
  if (variable == "datacite_path") {
    return "SELECT " + texts() + ", " + authors + ", " +
           null_as(
               "STRUCT(affiliation_identifier VARCHAR, "
               "affiliation_identifier_scheme VARCHAR, name VARCHAR, "
               "scheme_uri VARCHAR)[]",
               "institutions") +
           ", " +
           null_as(
               "STRUCT(funder_identifier VARCHAR, funder_identifier_type "
               "VARCHAR, funder_name VARCHAR, award_number VARCHAR, "
               "award_uri VARCHAR)[]",
               "funders") +
           ", " +
           null_as(
               "STRUCT(relation_type VARCHAR, related_identifier VARCHAR, "
               "related_identifier_type VARCHAR)[]",
               "relations") +
           ", " + null_as("VARCHAR", "resource_type") + ", " +
           null_as(
               "STRUCT(orcid VARCHAR, first_initial VARCHAR, given_name "
               "VARCHAR, middle_initials VARCHAR, middle_names VARCHAR, "
               "surname VARCHAR, \"full\" VARCHAR, contributor_type "
               "VARCHAR)[]",
               "contributors") +
           ", " + null_as("BOOLEAN", "date_from_registration");
  }
  if (variable == "ror_path") {
    return "SELECT NULL::VARCHAR AS ror_id, NULL::VARCHAR AS status, "
           "NULL::VARCHAR AS name, NULL::VARCHAR[] AS labels, NULL::VARCHAR[] "
           "AS "
           "aliases, NULL::VARCHAR[] AS acronyms, NULL::VARCHAR AS "
           "country_code, "
           "NULL::VARCHAR[] AS types, NULL::STRUCT(\"type\" VARCHAR, "
           "identifier "
           "VARCHAR, preferred BOOLEAN)[] AS external_ids, NULL::VARCHAR[] AS "
           "parents, NULL::VARCHAR[] AS children, NULL::VARCHAR[] AS "
           "successors, "
           "NULL::VARCHAR[] AS predecessors";
  }
  return "SELECT NULL::VARCHAR AS publication_doi, NULL::VARCHAR AS "
         "dataset_doi, NULL::VARCHAR AS source";
}

}  // namespace dmp::sql
