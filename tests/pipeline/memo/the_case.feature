Feature: One girl, two GPs, no school
  In 1999 an aunt claims child benefit for a girl of eight and registers her with two GPs. Two hospitals in two authorities
  see her for some days. She is on no school's roll, nobody raises a flag, and none of those who met her can see the others.
  Would anybody have looked for her? That depends on who is in the directory.

  Scenario: A universal directory shows her, and she is looked after
    Given a stack under the policy universal
    And what child benefit, two GPs and two hospitals know of her
    When somebody looks for her by name and date of birth
    Then she is found, with two GPs, and with all four agencies that know her
    When the attendance officer asks on 2000-02-25 who is missing education
    Then she is on the list, never placed, and nobody is following it up
    When the data manager asks on 2000-02-25 who is registered with several GPs
    Then she is on the list, with 2 GPs
    When the council begins an enquiry on 2000-03-01
    Then on 2000-03-01 she is on the list of those missing education, and followed up since 2000-03-01
    When a school takes her in on 2000-04-10
    Then on 2000-04-09 she is on the list of those missing education, and followed up since 2000-03-01
    And on 2000-04-10 she is not on the list of those missing education
    But on 2000-04-10 her enquiry is still to be closed, as she is placed
    When the council ends its enquiry on 2000-04-12
    Then on 2000-04-12 no enquiry is open
    When the school begins a common assessment on 2000-05-02
    Then her entry says whom to ask about the common-assessment
    And her history tells every step, from child benefit to the assessment

  Scenario Outline: A list of children judged vulnerable never has her, whatever is done for her later
    Given a directory under the policy <policy>
    And what child benefit, two GPs and two hospitals know of her
    When somebody looks for her by name and date of birth
    Then nobody is found
    And on 2000-02-25 no report lists her
    When the council begins an enquiry on 2000-03-01
    And a school takes her in on 2000-04-10
    And the council ends its enquiry on 2000-04-12
    And the school begins a common assessment on 2000-05-02
    Then nobody is found
    And under <policy> she was never listed up to 2000-05-02

    Examples:
      | policy           |
      | selective        |
      | social-care-only |

  Scenario: A list of assessed children has her from her assessment on
    Given a stack under the policy assessment-only
    And what child benefit, two GPs and two hospitals know of her
    When somebody looks for her by name and date of birth
    Then nobody is found
    And under assessment-only she was never listed up to 2000-02-25
    When the school begins a common assessment on 2000-05-02
    And somebody looks for her by name and date of birth
    Then she is found, with two GPs, and with all four agencies that know her

  Scenario: Where every child has a named person, it is seen that she has none
    Given a directory under the policy girfec
    And what child benefit, two GPs and two hospitals know of her
    When somebody looks for her by name and date of birth
    Then she is found, with two GPs, and with all four agencies that know her
    And on 2000-02-25 she has no named person
    When a school takes her in on 2000-04-10
    Then on 2000-04-10 she has a named person
