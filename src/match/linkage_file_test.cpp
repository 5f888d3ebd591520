#include "match/linkage_file.h"

#include <gtest/gtest.h>

#include <string>
#include <utility>

namespace dmp::match::linkage {
namespace {

std::string file_with(const std::string& members) {
  return R"({"format":"dmpworks-linkage/1",)" + members + "}";
}

TEST(LinkageFile, NamesTheMemberThatIsWrong) {
  const std::pair<const char*, const char*> table[] = {
      {R"("tau":2)", "bad value of tau"},
      {R"("tau":null)", "bad value of tau"},
      {R"("tau":"0.5")", "bad value of tau"},
      {R"("lambda":500)", "bad value of lambda"},
      {R"("lambda":[1,2])", "bad value of lambda"},
      {R"("lambda":{"S":"1"})", "bad value of lambda.S"},
      {R"("q":"x")", "bad value of q"},
      {R"("q":{"S":1,"O":0.5})", "bad value of q.S"},
      {R"("author_a":[1])", "bad value of author_a"},
      {R"("text":{"S":"x","O":7})", "bad value of text.S"},
      {R"("text":{"S":[[1]]})", "bad value of text.S"},
      {R"("text":{"O":[[1],[1],[1],[1]]})", "bad value of text.O"},
      {R"("text":{"edges":[0,1,2]})", "bad value of text.edges"},
      {R"("text":{"edges":[-1,-0.5,0,0.5,1,1.5,2,2.5,3,4,5,6,8,10,14]})",
       "bad value of text.edges"},
      {R"("date":{"O":[0,1]})", "bad value of date.O"},
      {R"("date":{"during":1})", "bad value of date.during"},
      {R"("award":{"other":1})", "bad value of award.other"},
      {R"("platt":{"a":1e-12})", "bad value of platt.a"},
      {R"("platt":{"a":-1})", "bad value of platt.a"},
      {R"("trained":"em")", "bad value of trained"},
      {R"("trained":{"learned":"lambda"})", "bad value of trained.learned"},
      {R"("trained":{"learned":[1]})", "bad value of trained.learned"},
      {R"("trained":{"plans":-1})", "bad value of trained.plans"}};
  for (const auto& [members, what] : table) {
    const auto model = parse_model(file_with(members));
    ASSERT_FALSE(model) << members;
    EXPECT_EQ(model.error().code, ErrorCode::corrupt_input);
    EXPECT_EQ(model.error().message, std::string("linkage parameters: ") + what)
        << members;
  }
}

TEST(LinkageFile, NamesTheMemberThatIsUnknownOrStandsTwice) {
  const std::pair<const char*, const char*> table[] = {
      {R"("taus":0.5)", "no parameter is called taus"},
      {R"("lambda":{"s":1,"o":50})", "no parameter is called lambda.s"},
      {R"("author_a":{"orcids":1})", "no parameter is called author_a.orcids"},
      {R"("text":{"R":[]})", "no parameter is called text.R"},
      {R"("date":{"before":1})", "no parameter is called date.before"},
      {R"("award":{"unusable":{}})", "no parameter is called award.unusable"},
      {R"("relation":{"none":{}})", "no parameter is called relation.none"},
      {R"("platt":{"c":1})", "no parameter is called platt.c"},
      {R"("tau":0.5,"tau":0.9)", "tau stands twice"},
      {R"("q":{"S":0.1,"S":0.2})", "q.S stands twice"}};
  for (const auto& [members, what] : table) {
    const auto model = parse_model(file_with(members));
    ASSERT_FALSE(model) << members;
    EXPECT_EQ(model.error().message, std::string("linkage parameters: ") + what)
        << members;
  }
}

TEST(LinkageFile, NamesTheSharesThatDoNotSumToOne) {
  const std::pair<const char*, const char*> table[] = {
      {R"("date":{"O":[0.1,0.1,0.1,0.1,0.1,0.1,0.1,0.1]})", "date.O"},
      {R"("award":{"none":{"O":1},"other":{"O":1}})", "award.O"},
      {R"("award":{"none":{"S":1},"other":{"S":1}})", "award.S"}};
  for (const auto& [members, name] : table) {
    const auto model = parse_model(file_with(members));
    ASSERT_FALSE(model) << members;
    EXPECT_EQ(model.error().message, std::string("linkage parameters: ") +
                                         name + " does not sum to 1");
  }
  Model even;
  for (auto& row : even.text_o) row.fill(.05);
  const auto model = parse_model(model_json(even));
  ASSERT_FALSE(model);
  EXPECT_EQ(model.error().message,
            "linkage parameters: text.O does not sum to 1");
}

TEST(LinkageFile, ReadsAllThatItWritesAndMoreAboutTheTraining) {
  const auto model = parse_model(model_json({}));
  ASSERT_TRUE(model) << model.error().message;
  EXPECT_EQ(model_json(*model), model_json({}));
  EXPECT_TRUE(parse_model(file_with(R"("trained":{"by":"hand"})")));
}

// S of a match stays within a fiftieth and a fifth of O's.
TEST(LinkageFile, ReadsAwardsAsTheyAreLearned) {
  Model learned;
  for (auto& m : learned.award) {
    m.o = .1;
    m.s = .002;
  }
  EXPECT_TRUE(parse_model(model_json(learned)));
  learned.award.back().s = 1;
  EXPECT_TRUE(parse_model(model_json(learned)));
}

TEST(LinkageFile, RefusesWhatIsNoFileOfParameters) {
  const std::pair<const char*, const char*> table[] = {
      {"", "not JSON"},
      {"[]", "format"},
      {"{}", "format"},
      {R"({"format":"dmpworks-linkage/2"})", "format"}};
  for (const auto& [text, what] : table) {
    const auto model = parse_model(text);
    ASSERT_FALSE(model) << text;
    EXPECT_NE(model.error().message.find(what), std::string::npos) << text;
  }
}

}  // namespace
}  // namespace dmp::match::linkage
