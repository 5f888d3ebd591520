#pragma once

#include "model/match.h"
#include "text/dates.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <string>

namespace dmp::results {

// For tests of this folder: the example of search.md 8.2, whose points are
// 15 + 2 + 10 + 4.2 = 31.2.
inline model::PlanMatches sample_matches() {
  model::Match match;
  model::Work& work = match.work;
  work.doi = "10.5555/kelp.1";
  work.title = "Kelp decline";
  work.abstract_text = "Kelp & peat.";
  work.work_type = "ARTICLE";
  work.publication_date = text::to_day(2024, 5, 1);
  work.updated_date = text::parse_instant("2024-06-01T00:00:00Z");
  work.publication_venue = "Sea Letters";
  work.institutions = {{"Kelp House", {}}};
  work.authors = {
      {"0000-0002-1825-0097", {"A", "Ana", {}, {}, "Silva", "Ana Silva"}}};
  work.funders = {{"NSF", "021nxhr62"}};
  work.awards = {{"2345678", {}, {}}};
  work.intra_work_dois = {"10.5555/ds"};
  work.source_name = "openalex";
  work.source_url = "https://openalex.org/W1";
  work.version_hash = "9e107d9d372bb6826bd81d3542a419d6";
  match.score = 31.2;
  match.doi_found = true;
  match.doi_sources = {{{},
                        "OCE-2345678",
                        "https://www.nsf.gov/awardsearch/"
                        "showAward?AWD_ID=2345678&HistoricalAwards=false"}};
  match.content_score = 4.2;
  match.title_highlight = "<mark>Kelp</mark> decline";
  match.authors = {
      {0, 2.0, {"authors.full.Silva", "authors.orcid.0000-0002-1825-0097"}}};
  match.awards = {{0, 10.0, {"awards.award_id.2345678"}}};
  match.date_status = "inside";
  match.explain = {
      {"funded_dois",
       true,
       15.0,
       {{"10.5555/kelp.1", -1, "doi", 15.0}},
       {},
       ""},
      {"authors", true, 2.0, {{"0", 0, "orcid", 2.0}}, {}, "mean of 1 of 1"},
      {"awards", true, 10.0, {{"0", 0, "award-agree", 10.0}}, {}, ""},
      {"content", false, 4.2, {}, {{"kelp", "title", 4.2}}, ""}};
  model::PlanMatches plan;
  plan.plan_doi = "10.48321/d1qq01";
  plan.score_max = 31.2;
  plan.works.push_back(match);
  return plan;
}

// A folder for the running test alone.
inline std::filesystem::path test_folder() {
  const auto* test = ::testing::UnitTest::GetInstance()->current_test_info();
  return std::filesystem::temp_directory_path() /
         (std::string("results_test_") + std::to_string(::getpid()) + "_" +
          test->test_suite_name() + "_" + test->name());
}

// The same as ranker linkage lists it.
inline model::PlanMatches linkage_matches() {
  model::PlanMatches plan = sample_matches();
  plan.score_max = 1;
  model::Match& match = plan.works[0];
  match.score = .849281;
  match.linkage = model::Linkage{
      .849281,
      2.495,
      31.2,
      {{"prior", "", -18.4, -1.7, -1, -1, ""},
       {"author", "full", 14.2, 1.0, 0, 0, ""},
       {"author", "none", -2.3, -1.6, 1, -1, ""},
       {"text", "11", 16.1, 2.9, -1, -1, "z 5.3"},
       {"funder", "agree", 3.4, 1.0, -1, -1, "of the version 10.5555/<b>"},
       {"award", "none", -.2, 1.1, -1, -1, ""}}};
  return plan;
}

}  // namespace dmp::results
