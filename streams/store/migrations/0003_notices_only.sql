-- Who holds the API's credential can leave notices for the relay, but no receipts or dead letters in an agency's name.

alter table register.outbox add constraint notices_only_from_the_api
    check (topic like 'notices.%' or current_user <> 'contactpoint_api');
