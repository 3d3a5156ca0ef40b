module example.com/delivery/courier

go 1.19
