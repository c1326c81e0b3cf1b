"""Names of the fictional people, from many of the cultures that meet in an English county. Data only."""


def _names(text: str) -> tuple[str, ...]:
    return tuple(text.split())


GIRLS = _names(
    """
    Adele Agata Aigerim Ailsa Alara Aleena Amara Amélie Anastasia Angharad Anika Annika Anoushka Antonia Anwen Aria
    Asha Asmin Astrid Aurora Ayaan Aylin Azadeh Beatrice Bethan Bláthnaid Blessing Bo-Young Bronwen Camila Carys
    Celine Chiara Chidera Chiamaka Clara Constance Dana Dalia Danuta Deborah Delphine Dorota Ebony Efe Eimear
    Ekaterina Eleni Eleri Elodie Eloise Emilia Enitan Estelle Eun-Ji Farah Fenella Fionnuala Francesca Fumiko
    Gabriela Gemma Georgia Giulia Gráinne Greta Gwendolen Habiba Halima Haruka Hatice Heather Heledd Helena
    Henrietta Hermione Heloise Ifrah Ilinca Imogen Ines Ingrid Irina Isabella Isolde Jadwiga Jamila Jasmine Jemima
    Jia-Yi Joanna Jolanta Juana Kamila Katarzyna Kateryna Keira Kezban Kinga Kirsty Lakshmi Lauren Leonie Liliana
    Lowri Lubna Lucía Ludmila Magdalena Mahnoor Malaika Mariam Marta Megan Mercy Milena Millicent Morwenna Mónica
    Nailah Nandini Natalia Nerys Nimco Nobuhle Nuria Odette Oksana Olena Onyinye Orla Paloma Patience Paula Pernilla
    Petra Philippa Pilar Precious Rania Rhiannon Roksana Rosalind Rowena Ruqayyah Sadia Sagal Salma Sanna Sarah
    Seren Seo-Yeon Shabnam Shreya Sinéad Sophia Stella Suhani Sunniva Tabitha Tamara Tamsin Tasnim Tendai Thandiwe
    Theodora Tilda Umaira Valentina Verity Vesna Wambui Wangari Winifred Xanthe Xiulan Yara Yetunde Yolanda Yuki
    Zahra Zanele Zoya Zuzanna
    """
)

BOYS = _names(
    """
    Abdul Abiodun Adebayo Adrian Aidan Alasdair Albert Alejandro Aled Alessandro Ambrose Anders Aneurin Anselm
    Antoni Anton Arash Aryan Ashok Augustin Aziz Barnaby Bartosz Baran Bashir Benedict Bogdan Bradley Bruno Caleb
    Cameron Carlos Casper Cathal Cezary Chanda Chidi Cillian Clement Conor Cosmin Crispin Cuong Dafydd Damian
    Darragh Darren Davit Dawid Demetrios Derin Desmond Diego Dimitri Dominic Donnacha Douglas Ebrima Edmund Efosa
    Eliot Elijah Emanuel Emlyn Eoghan Erik Ernest Eugene Fabian Faisal Farhan Federico Fernando Florin Francis
    Gabriel Gareth Garfield Gavin Geraint Gideon Giorgi Godfrey Gregory Guto Haider Hamza-Ali Haroon Haruto Hector
    Hilal Hiroshi Horatio Huw Idris Ignacy Ikechukwu Illtyd Indrajit Innes Iolo Isidore Ivan Jabari Jago Jamal
    Jaroslav Jasper Javier Jin-Woo Jonas Jorge Julian Kagiso Kaveh Keir Kelechi Kenji Kenneth Khalil Kiran Kornel
    Krzysztof Lamin Laszlo Laurence Leander Leif Lennox Leonard Leszek Liam Lorcan Lorenzo Lovemore Luan Lucian
    Lukas Lysander Magnus Malachi Marcin Marcus Marlon Martin Maurice Mikhail Milan Mirza Montague Mustafa Nabil
    Nasir Neel Nelson Neville Nicolae Nuno Obafemi Octavian Oleksandr Olivier Ørjan Orlando Osagie Oswin Pablo
    Patrick Pavel Percival Peregrine Philip Piotr Pradeep Prakash Quentin Radosław Rajan Ramón Raphael Rashid
    Reginald Remi Ricardo Roderick Roland Ronan Rufus Rupert Saif Salim Sanjeev Sebastian Selim Seung-Min Shaun
    Silas Simeon Sipho Stanislav Suleiman Sven Taiwo Takumi Tamás Tariku Tendekai Terrence Thaddeus Timothy Tomasz
    Toby Trevor Ugo Umar Valentin Vasile Viktor Vivek Walid Wesley Wilfred Winston Xavier Yannis Yevhen Yonas
    Zakariya Zbigniew Zdeněk Zoltán
    """
)

FAMILIES = (
    *_names(
        """
        Abara Abbott Abernethy Achterberg Adamczyk Adesina Adeyemi Aguilar Ahmadzai Akhmetov Aldersey Alderton Alemu
        Allaway Almeida Amankwah Ambler Amoako Andreou Anquetil Antoniou Apperley Arbuthnot Arkwright Armitage
        Arowolo Asghar Ashdown Aslanyan Atherton Atkin Auclair Avci Aziz Babatunde Bachmann Badawi Balcombe
        Ballantyne Bamford Barbosa Barden Barraclough Barzani Basu Bautista Bayliss Beauchamp Begum Benali Bernard
        Berisha Bhandari Biedroń Birchall Birtwistle Blakemore Błaszczyk Boateng Bogdanov Bojarski Borthwick
        Bosworth Boyega Braithwaite Brennan Brzezinski Burdett Burgess Buxton Cabrera Callaghan Cansfield Cardoso
        Carvalho Castellano Cattermole Çetin Chadha Chalmers Charalambous Chatwin Cheema Chidgey Chikere Chiu
        Chmielewski Chowdhary Claydon Coghlan Colclough Conteh Corrigan Coşkun Cottrell Craddock Cresswell Crossley
        Cruickshank Cunliffe Dacosta Daly Daniyan Darnton Dearden Deng Devlin Dhaliwal Dimitriou Dobson Dogan
        Donoghue Drăgulescu Drummond Dudek Dunmore Dziedzic Eastwood Ebanks Eccleston Echeverría Edozie Effiong
        Ekström Elphick Emmanuel Endo Entwistle Erdoğan Escobar Estrada Etherington Ezekwesili Fairfax Faraji
        Farooqi Farquhar Farrant Fazekas Featherstone Ferrante Fiddler Figueroa Finnegan Flanagan Fontaine Forsythe
        Fothergill Fujimoto Gadsby Gajewski Galbraith Gebremariam Gherghe Gilchrist Giordano Glanville Gloag Goddard
        Gomes Goodall Górski Goswami Greatorex Grigoryan Grosvenor Grzegorczyk Guerrero Gunawardena Gurung Habte
        Hackett Hadjiev Haddad Halloran Hamidi Hampshire Harbottle Hardcastle Haroldson Hashimoto Hathaway Hegarty
        Hepworth Herrera Hetherington Hewitt Hinchcliffe Hinduja Hollingworth Horsfall Hossain Howarth Hrytsenko
        Huseynov Hutchins Ibekwe Idowu Ikeda Ilves Imanov Ingham Inskip Irvine Ismailov Iwu Jabłoński Jaffer
        Jankauskas Jayawardena Jepson Jimenez Jolliffe Juarez Kaczmarek Kahn Kalinowski Kamara Kapoor Karanja
        Karlsson Kathuria Kazlauskas Kearney Keating Kenyatta Kerrigan Khatun Kibet Kilbride Kirkbride Kobayashi
        Kołodziej Kovalenko Kramer Krasniqi Kulkarni Kurdi Kwarteng Kyriakou Lafferty Lancaster Langstaff Larbi
        Lattimore Laverick Lawal Leclerc Leong Lindqvist Lipski Lonergan Loughlin Lucas Lukács Lungu Lyndhurst
        Mabaso Macaulay Machado Maddox Magalhães Maguire Mahlangu Majumdar Makinde Malinowski Manzoor Marchetti
        Margetts Marlowe Masood Matthews Mbatha McAllister McCafferty McGrath McIlroy McNab Medeiros Meredith Mfume
        Michaelides Midgley Milburn Mogaji Mohan Molloy Montague Mordaunt Morrissey Mostafa Moyle Mufti Mulvaney
        Munro Mutasa Mutombo Nakagawa Nandy Naylor Nazari Ndlovu Nesbitt Newbold Ngo Niazi Nicolescu Njoroge Noonan
        Norcott Novotný Ntuli Nyambura Oakes Obasanjo O'Callaghan O'Dowd O'Flaherty O'Leary O'Rourke Odhiambo
        Ogunleye Okereke Olawale Oldroyd Olszewski Omondi Onyango Opoku Ormerod Ortega Osborne Osmani Ostrowski
        Ozturkmen Padmore Pajak Palecek Panesar Papadopoulos Pargeter Parvez Patterson Pawlak Peckover Pemberton
        Penhaligon Perera Petrenko Phan Pietrzak Pinheiro Piotrowski Plowright Pomfret Popescu Poulter Prendergast
        Prescott Quartey Quayle Quigley Quintero Rabinowitz Radcliffe Rafiq Rajput Ramanathan Ramírez Rashidi
        Ravenscroft Redfern Rehman Renshaw Ribeiro Rigby Ritchie Rojas Romano Rooney Roscoe Rutkowski Sadowski Saidi
        Salisbury Sanderson Sangha Sarkar Sawyerr Schofield Sekhon Selassie Serwaa Sewell Shakespear Shapcott
        Sherwani Shevket Sikorska Silva Simons Skelton Slattery Soares Sobczak Sokolov Solanki Somerville Soyinka
        Spurling Stainforth Stavrou Stirling Strachan Suleman Sundaram Swales Sweeney Szczepański Szewczyk Tadesse
        Takahashi Talbot Tamang Tariku Teklu Tennant Thapa Thornber Tiwari Tobin Tomaszewski Torres Trelawney Tsang
        Tully Twomey Uddin Udoh Ugwu Umarov Unsworth Upadhyay Urbański Usman Valente Vance Varga Vasquez Vaughan
        Venables Vickers Villanueva Vlahović Volkov Wafula Wainwright Wakefield Walczak Wanjohi Warrington
        Wasilewski Weatherill Weldon Wetherby Whalley Whittaker Wickramasinghe Wieczorek Winstanley Witkowski
        Woldemariam Wolanski Wrigglesworth Xhaka Yamamoto Yang Yardley Yeo Yıldız Yohannes Zaman Zając Zakharov
        Zapata Zewde Zielonka Zulu
        """
    ),
    "de la Cruz",
    "van der Berg",
    "Mac Giolla",
    "Ben Youssef",
)

NICKNAMES: dict[str, tuple[str, ...]] = {
    "Abdul": ("Abs",), "Albert": ("Bert", "Bertie"), "Alejandro": ("Alex",), "Alessandro": ("Sandro",),
    "Amélie": ("Amy",), "Anastasia": ("Nastia", "Ana"), "Antonia": ("Toni",), "Antoni": ("Antek",),
    "Barnaby": ("Barney",), "Bartosz": ("Bartek",), "Beatrice": ("Bea", "Trixie"), "Benedict": ("Ben",),
    "Bethan": ("Beth",), "Bradley": ("Brad",), "Cameron": ("Cam",), "Carlos": ("Carlitos",),
    "Constance": ("Connie",), "Dafydd": ("Dai",), "Damian": ("Damo",), "Deborah": ("Debbie", "Debs"),
    "Dominic": ("Dom",), "Dorota": ("Dorotka",), "Douglas": ("Doug",), "Edmund": ("Ned",),
    "Ekaterina": ("Katya",), "Elijah": ("Eli",), "Eliot": ("Ell",), "Eloise": ("Ellie",), "Emanuel": ("Manny",),
    "Emilia": ("Emmy",), "Fernando": ("Nando",), "Francesca": ("Fran", "Frankie"), "Francis": ("Frank",),
    "Gabriel": ("Gabe",), "Gabriela": ("Gabi",), "Georgia": ("Georgie",), "Gregory": ("Greg",),
    "Gwendolen": ("Gwen",), "Helena": ("Lena", "Nell"), "Henrietta": ("Etta", "Hattie"), "Ikechukwu": ("Ike",),
    "Imogen": ("Immy",), "Isabella": ("Bella", "Izzy"), "Jasmine": ("Jas",), "Javier": ("Javi",),
    "Jemima": ("Jem", "Mima"), "Joanna": ("Jo", "Asia"), "Julian": ("Jules",), "Katarzyna": ("Kaja",),
    "Kateryna": ("Katia",), "Kelechi": ("Kele",), "Kenneth": ("Ken", "Kenny"), "Krzysztof": ("Krzys",),
    "Lauren": ("Loz",), "Laurence": ("Larry", "Laurie"), "Leonard": ("Len", "Lenny"), "Liliana": ("Lili",),
    "Lorenzo": ("Renzo",), "Magdalena": ("Magda",), "Malachi": ("Mal",), "Martin": ("Marty",), "Megan": ("Meg",),
    "Mikhail": ("Misha",), "Millicent": ("Millie",), "Mustafa": ("Musti",), "Natalia": ("Nat", "Talia"),
    "Oleksandr": ("Sasha",), "Onyinye": ("Onyi",), "Patience": ("Pat",), "Patrick": ("Paddy", "Pat"),
    "Percival": ("Percy",), "Philip": ("Phil", "Pip"), "Philippa": ("Pippa",), "Raphael": ("Raf",),
    "Reginald": ("Reggie",), "Rhiannon": ("Rhi",), "Ricardo": ("Rico",), "Roderick": ("Rod",),
    "Rosalind": ("Ros",), "Rowena": ("Ro",), "Sebastian": ("Seb", "Bastian"), "Simeon": ("Sim",),
    "Sophia": ("Sophy",), "Tabitha": ("Tabby",), "Tamara": ("Tammy",), "Terrence": ("Terry",),
    "Theodora": ("Dora", "Thea"), "Timothy": ("Tim",), "Tomasz": ("Tomek",), "Valentina": ("Vale", "Tina"),
    "Viktor": ("Vik",), "Wilfred": ("Wilf", "Fred"), "Winifred": ("Winnie",), "Xavier": ("Xavi",),
    "Yolanda": ("Yoli",), "Zakariya": ("Zak",), "Zuzanna": ("Zuzia",),
}  # fmt: skip
